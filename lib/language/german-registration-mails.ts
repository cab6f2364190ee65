import type { RegistrationMailMessages } from './english-registration-mails.ts'
import { choosePlural, formatMoment, formatNumber } from './formats.ts'

/** The German sentences of the mails about a registration. */
export const germanRegistrationMails: RegistrationMailMessages = {
  greeting: 'Hallo,',
  whyAsker: (community) =>
    `Du bekommst diese Mail, weil mit dieser Adresse um ein Konto bei ${community} gebeten wurde. Wir fragen dich nie nach deinem Passwort.`,
  whyManager: (community) =>
    `Du bekommst diese Mail, weil du über Registrierungen bei ${community} entscheidest.`,
  openPage: 'Meine Seite öffnen',
  validUntil: (at) =>
    `Der Link gilt bis zum ${formatMoment(at, 'de')}. Er ist dein Schlüssel, gib ihn also bitte niemandem weiter.`,
  notYou:
    'Das warst nicht du? Dann lass diese Mail bitte liegen und öffne den Link nicht: Deine Adresse gehört dann zu keinem Konto.',
  noteFrom: 'Das Team schreibt dir:',
  facts: {
    username: 'Benutzername',
    address: 'Mailadresse',
    matrixId: 'Name bei Matrix',
    askedAt: 'Eingegangen',
    expiresAt: 'Wird gelöscht, wenn nicht fertig',
    decision: 'Entscheidung',
    decidedBy: 'Entschieden von',
    decidedAt: 'Wann',
    undoneBy: 'Zurückgenommen von',
    target: 'Wo',
    reason: 'Was der Server sagte',
    oldestAt: 'Am längsten wartet eine seit',
  },
  moment: (at) => formatMoment(at, 'de'),
  whereOwnLink: 'Dein eigener Link dorthin steht in der Mail, die du bei ihrem Eingang bekamst.',
  received: {
    subject: 'Deine Registrierung ist bei uns angekommen',
    opening: (community) =>
      `jemand, vermutlich du, hat mit dieser Adresse um ein Konto bei ${community} gebeten. Das Team liest es und entscheidet.`,
    request:
      'Auf deiner Seite siehst du, wie weit es ist und ob das Team eine Frage hat. Wenn du sie öffnest, wissen wir auch, dass diese Adresse wirklich dir gehört:',
  },
  alreadyOpen: {
    subject: 'Deine Registrierung ist schon offen',
    opening: (community) =>
      `jemand, vermutlich du, hat mit dieser Adresse noch einmal um ein Konto bei ${community} gebeten. Es gibt dafür schon eine offene Registrierung, darum haben wir keine zweite angefangen.`,
    request: 'Auf deiner Seite siehst du, wie weit sie ist:',
    whereLink: 'Den Link dorthin findest du in unserer früheren Mail.',
  },
  address: {
    subject: 'Ist das deine Mailadresse?',
    opening: (community) =>
      `jemand, vermutlich du, hat diese Adresse für ein neues Konto bei ${community} angegeben.`,
    request: 'Wenn du deine Seite öffnest, wissen wir, dass sie wirklich dir gehört:',
  },
  asked: {
    subject: 'Das Team hat eine Frage an dich',
    opening: (community) =>
      `bevor es über deine Registrierung entscheidet, möchte das Team von ${community} etwas von dir wissen.`,
    request: 'Bitte lies die Frage auf deiner Seite und beantworte sie dort:',
    action: 'Lesen und antworten',
  },
  approved: {
    subject: 'Deine Registrierung ist angenommen: Bitte wähle einen Namen',
    opening: (community) =>
      `gute Nachrichten: Das Team von ${community} hat deine Registrierung angenommen.`,
    request:
      'Jetzt wähle den Benutzernamen, der dir gefällt. Er gehört dir auf Dauer, nimm dir also einen Moment Zeit:',
    action: 'Meinen Benutzernamen wählen',
    finishBy: (at) =>
      `Bitte tu das vor dem ${formatMoment(at, 'de')}: Dann wird die Registrierung gelöscht.`,
  },
  rejected: {
    subject: 'Das Team hat über deine Registrierung entschieden',
    opening: (community) =>
      `das Team von ${community} hat deine Registrierung gelesen und sich diesmal gegen ein Konto entschieden.`,
    deletion: (at) =>
      `Alles, was du geschrieben hast, wird bis zum ${formatMoment(at, 'de')} gelöscht.`,
  },
  ready: {
    subject: 'Dein Konto ist fertig',
    opening: (community) => `willkommen bei ${community}! Dein Konto ist fertig.`,
    password: 'Dein Passwort ist das, das dir gezeigt wurde, als du den Namen gewählt hast.',
    request:
      'Ist es verloren gegangen? Solange du dich noch nicht angemeldet hast, macht dir deine Seite ein neues:',
  },
  failed: {
    subject: 'Dein Konto braucht länger als erwartet',
    opening: (username, community) =>
      `unser Server konnte das Konto ${username} bei ${community} noch nicht anlegen. Das Team weiß Bescheid und kümmert sich darum.`,
    noAction: (until) =>
      `Du musst nichts tun: Bis zum ${formatMoment(until, 'de')} versuchen wir es, und so lange bleibt dein Benutzername für dich reserviert.`,
    request: 'Auf deiner Seite siehst du, wie weit es ist:',
  },
  givenUp: {
    subject: 'Dein Konto konnte nicht angelegt werden',
    opening: (username, community) =>
      `unser Server konnte das Konto ${username} bei ${community} nicht anlegen und versucht es nicht mehr. Das Team weiß Bescheid.`,
    askAgain: 'Das tut uns leid. Du kannst gern noch einmal um ein Konto bitten.',
  },
  opened: {
    subject: 'Jemand bittet um ein Konto',
    opening: (community) =>
      `jemand bittet um ein Konto bei ${community} und würde sich über eine Entscheidung freuen.`,
    request: 'Lies hier, was geschrieben wurde, und entscheide:',
    action: 'Lesen und entscheiden',
    ownLink:
      'Dieser Link gehört nur dir: Was damit geschieht, wird unter deinem Namen festgehalten. Bitte leite ihn nicht weiter.',
  },
  decided: {
    subject: 'Über eine Registrierung wurde entschieden',
    openings: {
      approved: 'eine Registrierung wurde angenommen. Jetzt wird dort ein Benutzername gewählt.',
      rejected:
        'eine Registrierung wurde abgelehnt. Solange es sie gibt, kann man die Ablehnung zurücknehmen.',
    },
    decisions: { approved: 'Angenommen', rejected: 'Abgelehnt' },
  },
  undone: {
    subject: 'Eine Ablehnung wurde zurückgenommen',
    opening:
      'eine abgelehnte Registrierung ist wieder offen und wartet von Neuem auf eine Entscheidung.',
  },
  accountFailed: {
    targets: { matrix: 'Der Matrix-Server', yunohost: 'Der YunoHost-Server' },
    registration_account_failed: {
      subject: 'Ein Konto konnte nicht angelegt werden',
      opening:
        'die Registrierung ist angenommen und der Name gewählt, aber das Konto gibt es noch nicht.',
      note: (until) =>
        `Der Auftrag wartet auf dich, längstens bis zum ${formatMoment(until, 'de')}: Bitte finde die Ursache und lass ihn dann noch einmal versuchen.`,
    },
    registration_account_given_up: {
      subject: 'Ein Konto wurde aufgegeben',
      opening: 'die Registrierung war angenommen und der Name gewählt, aber es gibt kein Konto.',
      note: 'Es wird nicht noch einmal versucht. Was ein anderer Server davon schon hat, bleibt dort.',
    },
  },
  digest: {
    subject: 'Registrierungen warten auf eine Entscheidung',
    opening: (count) =>
      choosePlural(
        count,
        {
          one: `${formatNumber(count, 'de')} Registrierung wartet seit mehr als 24 Stunden auf eine Entscheidung.`,
          other: `${formatNumber(count, 'de')} Registrierungen warten seit mehr als 24 Stunden auf eine Entscheidung.`,
        },
        'de',
      ),
    whereLinks: 'Dein eigener Link zu jeder steht in der Mail, die du bei ihrem Eingang bekamst.',
    deletion:
      'Eine Registrierung wird 48 Stunden nach ihrem Eingang gelöscht, entschieden oder nicht.',
  },
}
