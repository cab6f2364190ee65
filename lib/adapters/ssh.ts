import * as z from 'zod'
import type { ReadBy } from '../late.ts'
import type { Host } from '../ports.ts'
import { HostError } from '../yunohost/gate.ts'
import type { Opening } from './adapter.ts'
import { adapter } from './adapter.ts'
import { mostAnswerBytes, readGateAnswer, toGateDocument } from './gate-wire.ts'
import { seconds } from './seconds.ts'
import { readAgain } from './secrets.ts'
import type { SshLine } from './ssh-line.ts'
import { openLine } from './ssh-line.ts'

const sshSettings = () =>
  z.object({
    HOST_ADDRESS: z.string().regex(/^[\w.:-]{1,253}$/),
    HOST_PORT: z
      .string()
      .regex(/^[1-9]\d{0,4}$/)
      .default('22')
      .transform(Number)
      .pipe(z.int().max(65_535)),
    SSH_CONNECT_SECONDS: seconds(10, 15),
    // Three that are not answered end the line: a dead one is known after 40 s at most (FI-05).
    SSH_KEEP_ALIVE_SECONDS: seconds(10, 15),
    HOST_USER: z.string().regex(/^[A-Za-z_][\w.-]{0,63}$/),
  })

type SshOpening = Opening<ReadBy<typeof sshSettings>>

// Every key is bound to one forced command on the host, which ignores this word.
const command = 'gatehouse'
// The gate gives its own reads 60 s; the rest is for the way there and back.
const extraSeconds = 70
const idleMilliseconds = 2000

/** The gate by SSH. A task asks several times in a row, so the line is kept for 2 s and then given up. */
export const sshHost = adapter<Host, ReadBy<typeof sshSettings>>({
  settings: sshSettings,
  secrets: ['ssh-key', 'ssh-host-keys'],
  grants: [],
  open: (opening) => {
    const keeper = keepLine(() => connect(opening))
    return {
      ask: (request, longestSeconds = Number.POSITIVE_INFINITY) =>
        keeper.use(async (line) => {
          const { stdout, code } = await line.run(command, {
            input: JSON.stringify(toGateDocument(request)),
            timeoutSeconds: Math.min(longestSeconds, request.wait + extraSeconds),
            mostBytes: mostAnswerBytes,
          })
          const answer = code === null ? undefined : readGateAnswer(stdout, request)
          if (answer) return answer
          // Missing, or not allowed to start: every task would meet the same (security.md 3.4, identity).
          if (code !== null && code !== 0 && !stdout.startsWith('{')) {
            throw new HostError('identity', 'The gate does not start on the host')
          }
          throw new HostError('lost', 'The host ended the line without an answer of the gate')
        }),
    }
  },
})

/** Our key, and the fingerprints of the host as their secret has them. */
interface Access {
  readonly privateKey: string
  readonly pins: string
}

async function connect(opening: SshOpening): Promise<SshLine> {
  const access = await readAccess(opening.secret)
  try {
    return await connectWith(opening, access)
  } catch (refusal) {
    const isRefused = refusal instanceof HostError && refusal.kind === 'identity'
    const corrected = isRefused ? await readCorrected(opening, access) : undefined
    if (corrected === undefined) throw refusal
    return connectWith(opening, corrected)
  }
}

async function connectWith(
  { settings }: SshOpening,
  { privateKey, pins }: Access,
): Promise<SshLine> {
  return openLine({
    address: settings.HOST_ADDRESS,
    port: settings.HOST_PORT,
    user: settings.HOST_USER,
    connectSeconds: settings.SSH_CONNECT_SECONDS,
    keepAliveSeconds: settings.SSH_KEEP_ALIVE_SECONDS,
    privateKey,
    pins: parsePins(pins),
  })
}

/** Undefined where the secrets are still what they were: another try would only offer our key again. */
async function readCorrected(opening: SshOpening, old: Access): Promise<Access | undefined> {
  const fresh = await readAccess((name) => readAgain(opening, name, 0)).catch(() => undefined)
  return fresh?.privateKey === old.privateKey && fresh.pins === old.pins ? undefined : fresh
}

async function readAccess(read: SshOpening['secret']): Promise<Access> {
  const [privateKey, pins] = await Promise.all([
    readSecret(read, 'ssh-key'),
    readSecret(read, 'ssh-host-keys'),
  ])
  return { privateKey, pins }
}

async function readSecret(read: SshOpening['secret'], name: string): Promise<string> {
  try {
    return await read(name)
  } catch (cause) {
    throw new HostError('unreachable', `The secret "${name}" is needed to reach the host`, cause)
  }
}

const pinsSchema = () =>
  z
    .array(z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/))
    .min(1)
    .max(8)

/** The pinned fingerprints of a secret's text; throws `HostError` where it is no list of them. */
export function parsePins(text: string): readonly string[] {
  try {
    return pinsSchema().parse(JSON.parse(text))
  } catch {
    throw new HostError(
      'identity',
      'No host key is pinned: the secret "ssh-host-keys" is no list of fingerprints',
    )
  }
}

/** One line for whoever asks: made when needed, given up 2 s after the last use and after every failure. */
function keepLine(make: () => Promise<SshLine>) {
  let kept: Promise<SshLine> | undefined
  let users = 0
  let usedAt = 0
  let idle: NodeJS.Timeout | undefined

  function drop(): void {
    const dropped = kept
    kept = undefined
    dropped?.then((line) => line.close()).catch(() => undefined)
  }

  async function line(): Promise<SshLine> {
    // A function that was frozen meanwhile finds its timers late and its line cut, but the time of day has moved on.
    if (users === 1 && Date.now() - usedAt > idleMilliseconds) drop()
    const found = kept
    const isOpen = (await found?.catch(() => undefined))?.isOpen()
    if (!isOpen && kept === found) drop()
    kept ??= make()
    return kept
  }

  async function use<Result>(work: (line: SshLine) => Promise<Result>): Promise<Result> {
    clearTimeout(idle)
    users += 1
    try {
      return await work(await line())
    } catch (error) {
      drop()
      throw error
    } finally {
      users -= 1
      usedAt = Date.now()
      if (users === 0) idle = setTimeout(drop, idleMilliseconds).unref()
    }
  }

  return { use }
}
