/**
 * Everything that was seen of one run, as plain data, so that a run can be judged after it and kept as a file.
 * Times are milliseconds since 1970 by the real clock, whatever clock the run itself had.
 */
import * as z from 'zod'

const milliseconds = z.number()

/** A request that was answered with a promise: a task, or a message to come. */
const acknowledgement = z.object({
  path: z.string(),
  /** Whom it is about, where the body says so. */
  username: z.string().nullable(),
  taskId: z.string().nullable(),
  askedMs: milliseconds,
  answeredMs: milliseconds,
})

/** What a client was told about a task. `status` is the task's, or `missing`. */
const poll = z.object({
  taskId: z.string(),
  status: z.string(),
  askedMs: milliseconds,
  answeredMs: milliseconds,
})

/** What an answer said of a registration. That it was taken, decided or picked for is a promise. */
const registrationWord = z.object({
  rid: z.string(),
  kind: z.enum(['taken', 'decided', 'picked', 'seen']),
  /** Whom it was picked for. */
  username: z.string().nullable(),
  status: z.string(),
  matrixStatus: z.string(),
  accountStatus: z.string().nullable(),
  askedMs: milliseconds,
  answeredMs: milliseconds,
})

/** A registration's document at the end of the run. */
const registration = z.object({
  rid: z.string(),
  status: z.string(),
  targets: z.array(z.string()),
  matrixStatus: z.string(),
  accountStatus: z.string(),
})

/** A task had another status than when it was last looked at: the change came after `afterMs`, and by `byMs`. */
const sighting = z.object({
  taskId: z.string(),
  status: z.string(),
  afterMs: milliseconds,
  byMs: milliseconds,
})

/** A task's document at the end of the run. */
const task = z.object({
  id: z.string(),
  /** `tasks_queue` or `logs`. */
  place: z.enum(['queue', 'logs']),
  action: z.string(),
  lane: z.enum(['host', 'post']),
  resource: z.string(),
  status: z.string(),
  /** By the run's own clock: good for order only. */
  timestampMs: milliseconds,
  input: z.record(z.string(), z.unknown()),
  isSealed: z.boolean(),
  /** How often its worker announced a step; null in records that do not tell. */
  tries: z.number().nullable().default(null),
  leaseUntilMs: milliseconds.nullable(),
})

/** A password that can be compared and not read. */
const proof = z.object({ salt: z.string(), sha256: z.string() })

/** One change that the host wrote down. `taskId` and `step` are null where somebody did it by hand. */
const effect = z.object({
  name: z.string(),
  username: z.string().nullable(),
  taskId: z.string().nullable(),
  step: z.number().nullable(),
  pid: z.number(),
  /** When its command had the host's lock. */
  startMs: milliseconds,
  endMs: milliseconds,
  fullName: z.string().optional(),
  mail: z.string().optional(),
  password: proof.optional(),
})

/** One command line that reached the host. */
const command = z.object({
  atMs: milliseconds,
  pid: z.number(),
  taskId: z.string().nullable(),
  step: z.number().nullable(),
  /** Its first words, such as `user create robin`. */
  text: z.string(),
  isRead: z.boolean(),
})

const mail = z.object({ to: z.string(), subject: z.string(), text: z.string(), atMs: milliseconds })
const chatPost = z.object({ title: z.string(), about: z.string(), atMs: milliseconds })

/** Something that was broken on purpose. `endedMs` is null while it lasts. */
const fault = z.object({
  name: z.string(),
  beganMs: milliseconds,
  endedMs: milliseconds.nullable(),
  /** Whether it may have left somebody unsure if a message had gone out. */
  isAmbiguous: z.boolean(),
  /** Whether it may have ended somebody in the middle of a transaction. */
  mayAbandon: z.boolean(),
  /** Whether it struck at one moment, however long it took until that was made good. */
  isSudden: z.boolean().default(false),
  /** Whether it may make a task end badly. */
  mayRefuse: z.boolean().default(false),
  /** Whether it may have a task wait for staff. */
  mayPark: z.boolean().default(false),
})

const secret = z.object({
  name: z.string(),
  value: z.string(),
  /** The task that carries it to the host. */
  taskId: z.string().nullable(),
})
const place = z.object({ name: z.string(), text: z.string() })

/** The shape of a record's file. */
export const runRecord = z
  .object({
    beganMs: milliseconds,
    endedMs: milliseconds,
    acknowledgements: z.array(acknowledgement),
    polls: z.array(poll),
    registrationWords: z.array(registrationWord).default([]),
    sightings: z.array(sighting),
    tasks: z.array(task),
    accounts: z.array(z.object({ username: z.string(), address: z.string().nullable() })),
    registrations: z.array(registration).default([]),
    /** Names of the Matrix server at the end. */
    matrixNames: z.array(z.string()).default([]),
    effects: z.array(effect),
    commands: z.array(command),
    mails: z.array(mail),
    chat: z.array(chatPost),
    /** Bodies of what lies in each queue, hidden messages too. */
    queues: z.object({
      host: z.array(z.string()),
      post: z.array(z.string()),
      dead: z.array(z.string()),
    }),
    faults: z.array(fault),
    secrets: z.array(secret),
    places: z.array(place),
    /** Bodies that the scenario itself sends to the dead letters. */
    expectedDead: z.array(z.string()),
    /** Tasks that the scenario itself has end badly or wait for staff. */
    expectedFailures: z.array(z.string()).default([]),
  })
  .readonly()

/** One run. */
export type RunRecord = z.infer<typeof runRecord>
export type RecordedTask = RunRecord['tasks'][number]
export type Effect = RunRecord['effects'][number]
export type Acknowledgement = RunRecord['acknowledgements'][number]
export type Sighting = RunRecord['sightings'][number]
export type RegistrationWord = RunRecord['registrationWords'][number]
export type RecordedFault = RunRecord['faults'][number]
