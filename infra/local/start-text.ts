import { randomInt } from 'node:crypto'
import type { Gatehouse } from './gatehouse.ts'

const letters = 'abcdefghijklmnopqrstuvwxyz'
const json = "-H 'Content-Type: application/json'"
// Else the prompt of the shell stands behind the answer.
const newline = "-w '\\n'"

/** Where the data of a run stay, and the command that begins without them. */
export interface Data {
  readonly folder: string
  readonly freshStart: string
}

/** What `npm start` prints: where everything is, who may sign in, and one command that asks for an account. */
export function startPage(gatehouse: Gatehouse, notes: readonly string[], data: Data): string {
  const { api, mailbox, discord, matrix, accounts, managers, database, host, logFile } = gatehouse
  const facts = [
    ['Start page', `${api}/`],
    ['API documentation', `${api}/docs`],
    ['Mailbox', `${mailbox}/`],
    ['Discord stub', `${discord}/messages`],
    ['Matrix server', `${matrix}, ${gatehouse.matrixKind}`],
    ['Managers', managers.join(', ')],
    ['Database', database],
    ['Stand-in host', `YunoHost stand-in behind ${host}`],
    ['Log', logFile],
  ] as const
  const people = [
    ['Sign-up site', accounts.service],
    ['Staff member', accounts.staff],
    ['Member', accounts.member],
  ] as const
  return [
    '',
    'Gatehouse is running on this machine only.',
    '',
    ...facts.map(([name, value]) => `  ${name.padEnd(18)} ${value}`),
    '',
    'Demo accounts, with new passwords at each start:',
    '',
    ...people.map(([name, { username, password }]) =>
      [' ', name.padEnd(18), username.padEnd(12), password].join(' '),
    ),
    '',
    'Ask for an account, then look into the mailbox:',
    '',
    askingCommand(gatehouse),
    '',
    'Or ask by a registration; a manager and the asker get mails:',
    '',
    registeringCommand(gatehouse),
    '',
    ...notes.flatMap((note) => [note, '']),
    `Ctrl-C ends all of it. Data stays in ${data.folder}; "${data.freshStart}" begins anew.`,
  ].join('\n')
}

function newName(): string {
  return `robin.${Array.from({ length: 5 }, () => letters[randomInt(26)]).join('')}`
}

function registeringCommand({ api }: Pick<Gatehouse, 'api'>): string {
  const wish = { email: `${newName()}@mail.example`, message: 'I would like to join.' }
  return `curl -s ${newline} ${json} -d '${JSON.stringify(wish)}' ${api}/registrations/`
}

/** One line for any shell with curl and sed: signs in as the sign-up site and asks for an account that is new. */
function askingCommand({ api, accounts }: Pick<Gatehouse, 'api' | 'accounts'>): string {
  const username = newName()
  const signIn = JSON.stringify(accounts.service)
  const wish = JSON.stringify({
    username,
    display_name: `Robin Ash ${username.slice(6)}`,
    recovery_email: `${username}@mail.example`,
  })
  const find = `sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'`
  const token = `$(curl -s ${json} -d '${signIn}' ${api}/login | ${find})`
  return `curl -s ${newline} ${json} -H "Authorization: Bearer ${token}" -d '${wish}' ${api}/create_user`
}
