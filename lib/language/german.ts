import type { Messages } from './english.ts'
import { choosePlural, formatAmount, formatMoment, formatNumber, formatWait } from './formats.ts'
import { germanFailures } from './german-failures.ts'
import { germanRegistrationMails } from './german-registration-mails.ts'
import { germanRegistrationPages } from './german-registration-pages.ts'

/** The German sentences. They say "du": this is a community, not an office. */
export const german: Messages = {
  layout: {
    skipToContent: 'Zum Inhalt springen',
    home: 'Startseite',
    footer: (community) => `Um die Konten bei ${community} kümmert sich Gatehouse.`,
    titleOf: (page, community) => `${page} · ${community}`,
  },

  start: {
    title: 'Willkommen',
    heading: (community) => `Willkommen bei ${community}`,
    intro: 'Das ist das Pförtnerhaus: Hier beginnen Konten, und hier kümmerst du dich um deines.',
    stepsHeading: 'So kommst du zu einem Konto',
    steps: [
      {
        name: 'Du fragst',
        text: 'Bitte die Community um ein Konto, mit einem Namen, der dir gefällt.',
      },
      {
        name: 'Wir richten es ein',
        text: 'Unser Server legt Konto und Postfach an. Das dauert meist keine Minute.',
      },
      {
        name: 'Du bekommst eine Mail',
        text: 'Über ihren Link wählst du dein eigenes Passwort. Außer dir erfährt es niemand.',
      },
    ],
    passwordHeading: 'Passwort vergessen?',
    passwordText:
      'Bitte dort um einen neuen Link, wo du dich registriert hast. Er kommt an die Mailadresse, die du uns dort genannt hast, und gilt einmal, eine Stunde lang.',
    developersHeading: 'Für Entwickler*innen',
    developersText: 'Alles, was hier geschieht, geht auch über HTTP.',
    documentation: 'Dokumentation der API',
    description: 'Beschreibung nach OpenAPI',
  },

  setPassword: {
    title: 'Wähle dein Passwort',
    titleWithProblem: 'Problem: Wähle dein Passwort',
    forAccount: 'Dein Konto',
    label: 'Neues Passwort',
    rulesIntro: 'Ein gutes Passwort',
    rules: [
      'hat 8 bis 72 Zeichen',
      'hat einen Großbuchstaben',
      'hat eine Ziffer und ein Sonderzeichen, etwa ! oder ein Leerzeichen',
      'hat nichts mit deinem Namen zu tun und ist keines, das viele benutzen',
    ],
    advice: 'Tipp: Ein Passwortmanager denkt sich ein gutes aus und merkt es sich für dich.',
    submit: 'Passwort setzen',
    aftermath: 'Danach bist du überall abgemeldet, und nur noch das neue Passwort gilt.',
    problemHeading: 'Das Passwort wurde nicht gesetzt',
    deadLinks: {
      expired: {
        title: 'Dieser Link ist abgelaufen',
        text: 'Links gelten nur kurze Zeit, damit niemand eine alte Mail missbrauchen kann.',
      },
      invalid: {
        title: 'Dieser Link gilt nicht mehr',
        text: 'Vielleicht wurde er schon benutzt, ein neuerer hat ihn ersetzt, oder ein Teil davon ging unterwegs verloren.',
      },
      missing: {
        title: 'Dieser Link ist unvollständig',
        text: 'Der letzte Teil der Adresse fehlt. Manche Mailprogramme schneiden lange Zeilen ab: Bitte kopiere den ganzen Link aus der Mail.',
      },
    },
    nextHeading: 'Was du tun kannst',
    next: [
      'Sieh nach, ob es eine neuere Mail von uns gibt: Nur der neueste Link gilt.',
      'Bitte dort um einen neuen Link, wo du dich registriert hast. Er kommt an die Mailadresse, die du uns dort genannt hast.',
      'Kommt keine Mail an, dann schreib dem Team der Community. Es kann sehen, woran es liegt.',
    ],
  },

  passwordSet: {
    pending: {
      title: 'Dein neues Passwort ist unterwegs',
      text: 'Wir haben es gespeichert. Jetzt bekommt es noch unser Server, für deine Mail und für alles andere.',
    },
    running: {
      title: 'Dein neues Passwort ist gleich da',
      text: 'Unser Server setzt es gerade.',
    },
    parked: {
      title: 'Das dauert länger als sonst',
      text: 'Unser Server braucht die Hilfe eines Menschen. Das Team weiß Bescheid, und du musst nichts tun.',
    },
    finished: {
      title: 'Dein Passwort ist gesetzt',
      text: 'Ab jetzt gilt es überall. Du kannst dich damit anmelden und diese Seite schließen.',
    },
    failed: {
      title: 'Unser Server hat dieses Passwort nicht angenommen',
      text: 'Nichts ist verloren: Eine Mail mit einem frischen Link ist unterwegs zu dir. Bitte wähle dort ein anderes Passwort. Das Team weiß Bescheid.',
    },
    ended: {
      title: 'Diese Änderung wurde angehalten',
      text: 'Das Team hat sie beendet, bevor sie fertig war. Wenn du nicht weißt, warum, dann schreib ihm bitte.',
    },
    ahead: (count) =>
      count === 0
        ? 'Du bist als Nächstes dran.'
        : choosePlural(
            count,
            {
              one: `${formatNumber(count, 'de')} anderer Auftrag kommt vor deinem.`,
              other: `${formatNumber(count, 'de')} andere Aufträge kommen vor deinem.`,
            },
            'de',
          ),
    expected: (seconds) => `Es dauert noch etwa ${formatWait(seconds, 'de')}.`,
    checkAgain: 'Noch einmal nachsehen',
    noWait:
      'Du musst hier nicht warten: Du kannst die Seite schließen, und es geht trotzdem weiter.',
  },

  problem: {
    titles: {
      notFound: 'Hier ist nichts',
      tooMany: 'Das war ein bisschen zu oft',
      unavailable: 'Das geht gerade nicht',
      refused: 'Das hat nicht geklappt',
      internal: 'Bei uns ist etwas schiefgegangen',
    },
    tryAgainIn: (seconds) => `Bitte versuch es in ${formatWait(seconds, 'de')} noch einmal.`,
    notFoundText: 'Vielleicht ging ein Teil der Adresse unterwegs verloren.',
    toStart: 'Zur Startseite',
  },

  failure: (code) => germanFailures[code],

  registrations: germanRegistrationPages,

  mails: {
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
      subject: 'Dein Passwort wurde geändert',
      opening: (username, community) =>
        `das Passwort des Kontos ${username} bei ${community} wurde geändert.`,
      facts: { moment: 'Wann' },
      moment: (at) => formatMoment(at, 'de'),
      aftermath:
        'Du bist jetzt überall abgemeldet. Bitte trag das neue Passwort in deinem Mailprogramm ein und überall sonst, wo du das Konto benutzt.',
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
  },
}
