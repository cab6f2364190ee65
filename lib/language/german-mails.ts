import type { MailMessages } from './english-mails.ts'
import { formatAmount, formatMoment } from './formats.ts'
import { germanRegistrationMails } from './german-registration-mails.ts'

/** The German sentences of mails. */
export const germanMails: MailMessages = {
  registrations: germanRegistrationMails,
  greeting: (name) => `Hallo ${name},`,
  farewell: (community) => `Herzliche Grüße von ${community}`,
  copyLink: 'Falls der Knopf nicht geht, kopiere diese Adresse in deinen Browser:',
  whyThisMail: (username, community) =>
    `Du bekommst diese Mail wegen des Kontos ${username} bei ${community}. Wir fragen dich nie nach deinem Passwort.`,
  setPassword: {
    subject: 'Dein Konto ist da: Bitte wähle dein Passwort',
    opening: (community) => `willkommen bei ${community}! Dein Konto ist fertig.`,
    facts: { username: 'Dein Benutzername', address: 'Deine neue Mailadresse' },
    request: 'Es fehlt nur noch dein eigenes Passwort. Bitte wähle es jetzt:',
    action: 'Mein Passwort wählen',
    validity: (days) => `Der Link gilt einmal, ${formatAmount(days, 'day', 'de')} lang.`,
    notYou:
      'Du hast gar nicht um ein Konto gebeten? Dann lass diese Mail liegen: Ohne Passwort kommt niemand hinein.',
  },
  resetPassword: {
    subject: 'Ein neues Passwort für dein Konto',
    opening: (username, community) =>
      `jemand, vermutlich du, hat um ein neues Passwort für das Konto ${username} bei ${community} gebeten. Bitte wähle es hier:`,
    action: 'Neues Passwort wählen',
    validity: (minutes) =>
      `Der Link gilt einmal, ${formatAmount(minutes, 'minute', 'de')} lang. Nur der neueste Link gilt.`,
    notYou: 'Das warst nicht du? Dann lass diese Mail liegen: Dein Passwort bleibt, wie es ist.',
  },
  passwordChanged: {
    subject: 'Ein neues Passwort wurde gesetzt',
    opening: (username, community) =>
      `für das Konto ${username} bei ${community} wurde ein neues Passwort gesetzt.`,
    facts: { moment: 'Wann' },
    moment: (at) => formatMoment(at, 'de'),
    aftermath:
      'Alle Geräte sind jetzt abgemeldet. Bitte trag das neue Passwort in deinem Mailprogramm ein und überall sonst, wo du das Konto benutzt.',
    notYou:
      'Das warst nicht du? Dann bitte gleich dort um einen neuen Link, wo du dich registriert hast, und schreib dem Team.',
  },
  passwordRefused: {
    subject: 'Bitte wähle ein anderes Passwort',
    opening: (username, community) =>
      `unser Server hat das Passwort nicht angenommen, das du für das Konto ${username} bei ${community} gewählt hast. Deinem Konto geht es gut, es braucht nur ein anderes Passwort.`,
    request: 'Bitte wähle ein anderes:',
    action: 'Anderes Passwort wählen',
    validity: (days) => `Der Link gilt einmal, ${formatAmount(days, 'day', 'de')} lang.`,
    staffKnow: 'Das Team weiß auch Bescheid. Wenn es noch einmal geschieht, schreib ihm bitte.',
  },
}
