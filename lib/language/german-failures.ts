import type { FailureCode } from '../failure.ts'

/** The texts of the failure table in German; a new failure without one does not compile. */
export const germanFailures: Readonly<Record<FailureCode, string>> = {
  // any endpoint
  invalid_input: 'Die Anfrage ist nicht gültig.',
  body_too_large: 'Die Anfrage ist zu groß.',
  forbidden: 'Deine Rolle erlaubt das nicht.',
  internal:
    'Bei uns ist etwas schiefgegangen. An deiner Eingabe lag es nicht; bitte versuch es später noch einmal.',
  method_not_allowed: 'Diese Adresse antwortet nicht auf diese Methode.',
  not_found: 'Unter dieser Adresse gibt es nichts.',
  too_many_requests: 'Zu viele Anfragen. Bitte warte ein wenig und versuch es dann noch einmal.',
  unauthenticated: 'Dafür musst du angemeldet sein. Melde dich an und versuch es noch einmal.',
  unavailable:
    'Wir können gerade nichts speichern. Es wurde nichts geändert; bitte versuch es gleich noch einmal.',

  // accounts
  address_taken: 'Diese Mailadresse gehört schon zu einem anderen Konto.',
  bad_credentials: 'Benutzername oder Passwort stimmt nicht.',
  display_name_refused: 'Dieser Anzeigename geht leider nicht. Bitte wähle einen anderen.',
  unknown_user: 'Es gibt kein Konto mit diesem Benutzernamen.',
  username_taken: 'Dieser Benutzername ist schon vergeben. Bitte wähle einen anderen.',

  // passwords
  link_expired: 'Dieser Link ist abgelaufen. Bitte lass dir einen neuen schicken.',
  link_invalid:
    'Dieser Link gilt nicht oder wurde schon benutzt. Bitte lass dir einen neuen schicken.',
  link_missing: 'Der Link ist unvollständig: Sein letzter Teil fehlt.',
  password_common:
    'Dieses Passwort ist eines der meistbenutzten oder ein Teil davon. Bitte wähle ein anderes.',
  password_personal:
    'Das Passwort enthält deinen Namen, deine Adresse oder den Namen der Gemeinschaft. Bitte wähle ein anderes.',
  password_too_long: 'Das Passwort ist länger als 72 Bytes. Bitte wähle ein kürzeres.',
  password_too_short: 'Das Passwort braucht mindestens 8 Zeichen.',
  password_too_simple:
    'Das Passwort braucht einen Großbuchstaben, eine Ziffer und ein Sonderzeichen.',
  password_too_weak:
    'Dieser Server will stärkere Passwörter. Bitte wähle ein längeres, mit großen und kleinen Buchstaben, Ziffern und Sonderzeichen.',
  password_unprintable:
    'Das Passwort enthält ein Zeichen, das man nicht überall eingeben kann. Bitte lass Steuerzeichen weg.',

  // registrations
  nothing_asked: 'Es gibt gerade keine Frage, die auf eine Antwort wartet.',
  password_not_renewable:
    'Hier lässt sich kein neues Passwort machen. Bitte nimm das, das dir gezeigt wurde, oder den Link aus unserer Mail.',
  registration_claimed: 'Um diesen Antrag kümmert sich schon jemand anders.',
  registration_decided: 'Über diesen Antrag ist schon entschieden.',
  registration_not_approved: 'Dieser Antrag ist nicht angenommen.',
  registration_not_rejected:
    'Nur eine Ablehnung lässt sich zurücknehmen, und dieser Antrag ist nicht abgelehnt.',
  registration_open_elsewhere:
    'Zu derselben Adresse gibt es inzwischen einen anderen offenen Antrag.',
  registration_underway: 'Das Konto wird schon angelegt, oder es ist bereits da.',
  too_many_pending:
    'Gerade warten so viele Menschen auf eine Entscheidung, dass niemand dazukommen kann. Bitte versuch es später noch einmal.',
  unknown_registration: 'Diesen Antrag gibt es nicht.',

  // tasks
  task_not_changeable: 'Der Auftrag ist in keinem Zustand, der das erlaubt.',
  unknown_task: 'Diesen Auftrag gibt es nicht, oder es ist nicht deiner.',
}
