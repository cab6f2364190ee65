import type { RegistrationPageMessages } from './english-registration-pages.ts'
import { choosePlural, formatNumber, formatWait } from './formats.ts'

/** The German sentences of the status page and of the decision page. */
export const germanRegistrationPages: RegistrationPageMessages = {
  problem: {
    heading: 'Das hat nicht geklappt',
    title: (page) => `Das ging nicht: ${page}`,
    unreachable:
      'Der Server war nicht zu erreichen. Bitte sieh nach deiner Verbindung und versuch es noch einmal.',
    wait: (seconds) => `Bitte versuch es in ${formatWait(seconds, 'de')} noch einmal.`,
    other:
      'Unser Server hat das nicht angenommen. Bitte sieh dir die Regeln an und versuch es noch einmal.',
  },
  unread:
    'Das ist erledigt. Was daraus wurde, lässt sich noch nicht zeigen; diese Seite versucht es von selbst wieder.',
  loading: 'Einen Moment bitte …',
  checkAgain: 'Noch einmal nachsehen',
  looksAgain:
    'Diese Seite sieht von selbst wieder nach. Du kannst sie auch schließen und später wiederkommen, über denselben Link, der dich hergeführt hat.',
  linkForm: {
    rid: 'Registrierung',
    token: 'Schlüssel',
    hint: 'Beide stehen am Ende deines Links, nach dem Zeichen #, mit einem Punkt dazwischen. Gib den Schlüssel bitte niemandem.',
    cut: 'Dieser Link ist unvollständig. Manche Mailprogramme schneiden lange Zeilen ab: Bitte kopiere den ganzen Link aus der Mail.',
  },
  dead: {
    title: 'Dieser Link führt nirgendwohin',
    lead: 'Vielleicht ist die Registrierung fertig oder zurückgezogen, ihre 48 Stunden sind vorbei, oder ein Teil des Links ging unterwegs verloren.',
    heading: 'Was du tun kannst',
    steps: [
      'Kopiere den ganzen Link aus unserer neuesten Mail, bis zum letzten Zeichen.',
      'Sind die 48 Stunden vorbei, dann ist alles über die Registrierung gelöscht. Man kann einfach noch einmal um ein Konto bitten.',
    ],
    again: 'Registrierung und Schlüssel eingeben',
  },

  status: {
    title: 'Deine Registrierung',
    linkLead:
      'Bitte öffne den Link aus unserer Mail: Er bringt dich zu deiner Registrierung. Du kannst auch die beiden Teile eingeben, die du bekommen hast, als du um ein Konto gebeten hast.',
    linkSubmit: 'Meine Registrierung zeigen',
    waiting: {
      title: 'Deine Registrierung wartet',
      lead: 'Hier lesen Menschen jede Registrierung, darum kann es etwas dauern. Wenn du uns eine Mailadresse genannt hast, schreiben wir dir, sobald es etwas Neues gibt.',
    },
    ahead: (count) =>
      count === 0
        ? 'Deine ist die nächste.'
        : choosePlural(
            count,
            {
              one: `${formatNumber(count, 'de')} andere Registrierung kam vor deiner.`,
              other: `${formatNumber(count, 'de')} andere Registrierungen kamen vor deiner.`,
            },
            'de',
          ),
    farBack: (most) =>
      `Mindestens ${formatNumber(most, 'de')} andere Registrierungen kamen vor deiner.`,
    asked: {
      title: 'Das Team hat eine Frage an dich',
      lead: 'Das möchte es wissen, bevor es entscheidet:',
      label: 'Deine Antwort',
      submit: 'Antwort abschicken',
      done: 'Deine Antwort ist jetzt beim Team.',
    },
    pick: {
      title: 'Willkommen! Wähle deinen Namen',
      lead: 'Deine Registrierung ist angenommen. Es fehlt nur noch dein Benutzername.',
      taken: (name) =>
        `Es hat sich gezeigt, dass der Name ${name} auf unserem Server nicht zu haben ist. Bitte wähle einen anderen.`,
      label: 'Benutzername',
      rulesIntro: 'Ein Benutzername',
      rules: [
        'hat 2 bis 20 Zeichen und beginnt mit einem Buchstaben',
        'hat nur die Buchstaben a bis z und Ziffern, dazwischen einzelne Punkte oder Unterstriche',
        'gehört dir auf Dauer: Er lässt sich nie ändern und wird nie neu vergeben',
      ],
      email: 'Mailadresse (freiwillig)',
      emailHint: 'Mit ihr kommst du wieder hinein, falls du dein Passwort einmal verlierst.',
      submit: 'Diesen Namen nehmen',
    },
    making: {
      title: 'Dein Konto wird angelegt',
      lead: 'Das dauert meist keine Minute.',
    },
    ready: {
      title: 'Dein Konto ist fertig',
      lead: 'Ab jetzt kannst du dich mit Benutzername und Passwort anmelden.',
    },
    stuck: {
      title: 'Das dauert länger als sonst',
      lead: 'Einer unserer Server konnte dein Konto noch nicht anlegen. Das Team weiß Bescheid, und du musst im Moment nichts tun.',
    },
    givenUp: {
      title: 'Dein Konto konnte nicht angelegt werden',
      lead: 'Das tut uns leid: Nicht alles hat geklappt, und es wird nichts mehr versucht. Das Team weiß Bescheid. Du kannst gern noch einmal um ein Konto bitten.',
    },
    rejected: {
      title: 'Das Team hat sich gegen ein Konto entschieden',
      lead: 'Es hat deine Registrierung gelesen und diesmal Nein gesagt.',
    },
    withdrawn: {
      title: 'Deine Registrierung ist zurückgezogen',
      lead: 'Alles, was du geschrieben hast, ist gelöscht. Du kannst jederzeit gern wieder fragen.',
    },
    noteHeading: 'Was das Team dir schreibt',
    messageHeading: 'Was du geschrieben hast',
    username: 'Dein Benutzername',
    parts: {
      heading: 'Wie weit es ist',
      readyHeading: 'Dein Konto',
      targets: { matrix: 'Matrix (Chat)', yunohost: 'Mail und alles andere' },
      states: {
        pending: 'wartet',
        processing: 'wird angelegt',
        success: 'fertig',
        failed: 'das Team kümmert sich',
      },
      givenUp: 'nicht angelegt',
    },
    password: {
      heading: 'Dein Passwort',
      lead: 'Es wird nur dieses eine Mal gezeigt. Bitte heb es jetzt auf, am besten in einem Passwortmanager:',
      copy: 'Passwort kopieren',
      copied: 'Kopiert',
      notCopied: 'Dein Browser hat es nicht kopiert: Bitte markiere und kopiere es von Hand.',
      secret: 'Niemand sonst kann es sehen, auch nicht das Team.',
    },
    renew: {
      heading: 'Ist das Passwort weg?',
      text: 'Bis du dich zum ersten Mal anmeldest, machen wir dir hier ein neues. Das alte gilt dann nicht mehr.',
      submit: 'Neues Passwort machen',
    },
    lives: (moment) => `Diese Seite und alles auf ihr wird am ${moment} gelöscht.`,
    livesReady: (moment) => `Diese Seite wird am ${moment} gelöscht. Dein Konto bleibt natürlich.`,
    withdraw: {
      summary: 'Registrierung zurückziehen',
      text: 'Alles, was du geschrieben hast, wird sofort und endgültig gelöscht.',
      confirm: 'Ja, lösche meine Registrierung',
      submit: 'Zurückziehen',
    },
  },

  decision: {
    title: 'Eine Registrierung',
    linkLead:
      'Bitte öffne deinen eigenen Link aus unserer Mail: Er bringt dich zur Registrierung. Du kannst hier auch seine beiden Teile eingeben.',
    linkSubmit: 'Registrierung zeigen',
    titles: {
      pending: 'Jemand bittet um ein Konto',
      approved: 'Diese Registrierung ist angenommen',
      rejected: 'Diese Registrierung ist abgelehnt',
      deleted: 'Diese Registrierung ist zurückgezogen',
    },
    tooLate: 'Jemand war schneller als du. Du siehst jetzt, was entschieden wurde.',
    decidedBy: (who, moment) => `Entschieden von ${who} am ${moment}.`,
    facts: {
      created: 'Eingegangen',
      expires: 'Wird gelöscht, wenn nicht fertig',
      ends: 'Wird gelöscht',
      address: 'Mailadresse',
      referral: 'Empfehlungscode',
      claimedBy: 'Darum kümmert sich',
      position: 'Davor',
      targets: 'Konto',
    },
    confirmed: 'angegeben und bestätigt',
    unconfirmed: 'keine, oder noch nicht bestätigt',
    nobody: 'noch niemand',
    ahead: (count) =>
      count === 0
        ? 'keine: Diese ist die älteste'
        : choosePlural(
            count,
            {
              one: `${formatNumber(count, 'de')}, die länger wartet`,
              other: `${formatNumber(count, 'de')}, die länger warten`,
            },
            'de',
          ),
    farBack: (most) => `mindestens ${formatNumber(most, 'de')}, die länger warten`,
    messageHeading: 'Was geschrieben wurde',
    noMessage: 'Das Feld blieb leer.',
    questionHeading: 'Was das Team gefragt hat',
    answerHeading: 'Was geantwortet wurde',
    noAnswer: 'Es gibt noch keine Antwort.',
    historyHeading: 'Frühere Registrierungen mit derselben Adresse oder demselben Namen',
    endings: {
      approved: 'angenommen, aber nie fertig geworden',
      rejected: 'abgelehnt',
      expired: 'niemand hat rechtzeitig entschieden',
      withdrawn: 'zurückgezogen',
      finished: 'wurde ein Konto',
    },
    noteHeading: 'Was dazu mitgeteilt wurde',
    claim: 'Ich kümmere mich darum',
    release: 'Anderen überlassen',
    notes: {
      heading: 'Notizen im Team',
      none: 'Es gibt noch keine.',
      label: 'Neue Notiz',
      hint: 'Wer um das Konto bittet, sieht sie nie.',
      submit: 'Notiz festhalten',
    },
    ask: {
      heading: 'Nachfragen',
      label: 'Deine Frage',
      hint: 'Sie kommt per Mail, wenn wir eine Adresse kennen. Geantwortet wird auf der Seite der Registrierung.',
      submit: 'Frage abschicken',
    },
    approve: {
      heading: 'Annehmen',
      label: 'Ein Wort dazu (freiwillig)',
      hint: 'Es wird mit der Entscheidung gemailt und steht auf der Seite der Registrierung.',
      submit: 'Annehmen',
    },
    reject: {
      heading: 'Ablehnen',
      label: 'Grund (freiwillig)',
      legend: 'Was mitgeteilt wird',
      tell: {
        reason: 'Die Entscheidung und der Grund',
        decision: 'Die Entscheidung; der Grund wird eine Notiz im Team',
        nothing: 'Nichts per Mail; der Grund wird eine Notiz im Team',
      },
      submit: 'Ablehnen',
    },
    undo: {
      heading: 'War das ein Versehen?',
      text: 'Solange es die Registrierung gibt, kann man eine Ablehnung zurücknehmen. Dann ist sie wieder offen.',
      submit: 'Ablehnung zurücknehmen',
    },
    done: {
      claim: 'Du kümmerst dich jetzt darum.',
      release: 'Jetzt können andere sich darum kümmern.',
      note: 'Die Notiz ist festgehalten.',
      ask: 'Die Frage ist unterwegs.',
      approve: 'Die Registrierung ist angenommen.',
      reject: 'Die Registrierung ist abgelehnt.',
      undo: 'Die Ablehnung ist zurückgenommen.',
    },
  },
}
