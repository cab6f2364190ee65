import type { Messages } from './english.ts'
import { choosePlural, formatNumber, formatWait } from './formats.ts'
import { germanFailures } from './german-failures.ts'

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
    registration:
      'Fragst du stattdessen mit einer Registrierung, dann liest das Team sie zuerst. Stimmt es zu, wählst du deinen Namen, und dein Passwort wird dir gezeigt, ein einziges Mal.',
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
        text: 'Der letzte Teil der Adresse fehlt. Manche Mailprogramme schneiden lange Zeilen ab: Bitte kopiere den ganzen Link aus der Mail. Wenn du gerade eben dein Passwort gesetzt hast, ist alles gut.',
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
}
