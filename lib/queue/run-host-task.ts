import { Failure } from '../failure.ts'
import type { Host } from '../ports.ts'
import { type GateAnswer, type GateRequest, HostError, type UserSeen } from '../yunohost/gate.ts'
import { type EngineUses, type Outcome, type Run, retryOrPark, underWay } from './engine.ts'
import { openSecrets } from './new-task.ts'
import { reserveSeconds } from './policy.ts'
import type { Task, TaskInput } from './queue.ts'
import type { Ending, HostCommand, HostTask, TaskDefinition } from './task.ts'

const roundsWithoutProgress = 3
// The database may take a while too.
const writingSeconds = 8
// Nobody waits for it but the next task.
const forgettingSeconds = 5

/** Everything that the steps of one run share. */
interface HostRun extends Run {
  readonly uses: EngineUses
  readonly host: Host
  readonly definition: HostTask
  readonly input: TaskInput
  step: number
  intent: string | null
  /** What the host said to the last command. */
  said: string
}

/** Thrown where the next step depends on an outcome that ends this run. */
class RunEnds extends Error {
  readonly outcome: Outcome

  constructor(outcome: Outcome) {
    super(outcome.kind)
    this.outcome = outcome
  }
}

/**
 * Runs a task on the host: reads, refuses or plans, acts, and reads again, until the plan is empty.
 * A step that an earlier worker began is attached to first, so that no command runs twice (FI-01 to FI-05).
 */
export async function runHostTask(
  uses: EngineUses,
  definition: TaskDefinition,
  run: Run,
): Promise<Outcome> {
  const { host } = uses
  /* v8 ignore next -- @preserve: its worker opens the port; the types of one engine for two lanes cannot say so */
  if (!host || definition.lane !== 'host') throw new Error('Lane host needs the port "host".')
  const input = definition.input.parse(run.task.input)
  const { step, intent } = run.task
  try {
    return await progress({ ...run, uses, host, definition, input, step, intent, said: '' })
  } catch (error) {
    if (error instanceof RunEnds) return error.outcome
    if (error instanceof HostError) return outcomeOfSilence(uses, run, error)
    if (error instanceof Failure) return notNow(uses, error.code)
    throw error
  }
}

/**
 * Has the host drop what the commands of an ended task printed. Where that fails the gate does it by
 * itself after 30 days.
 */
export async function forgetOnHost(
  { host, log }: Pick<EngineUses, 'host' | 'log'>,
  task: Task,
): Promise<void> {
  // One fence further on: whatever is still on its way from a worker of this task comes too late.
  const about = { task: task.id, step: 1, fence: task.fence + 1, wait: 0 }
  await host?.ask({ ...about, op: 'forget' }, forgettingSeconds).catch((error: unknown) => {
    const reason = error instanceof HostError ? error.kind : 'unknown'
    log.info('host_did_not_forget', { taskId: task.id, reason })
  })
}

async function progress(run: HostRun): Promise<Outcome> {
  if (run.step === 0) await awaitEarlier(run)
  let seen = await attach(run)
  let lastVerb: string | undefined
  for (let round = 0; round <= roundsWithoutProgress; round += 1) {
    seen ??= await observe(run)
    const refusal = run.intent === null ? run.definition.refuse(seen, run.input) : undefined
    if (refusal !== undefined) return ended('failed', refusal, seen)
    const [command] = run.definition.plan(seen, run.input)
    if (command === undefined) return ended('finished', null, seen)
    const objection = await objectionTo(run)
    if (objection !== undefined) return ended('cancelled', objection, seen)
    // It just ran and changed nothing: another try at once would end like it.
    if (command.verb === lastVerb) break
    lastVerb = command.verb
    seen = await act(run, command, seen)
  }
  const reason = run.said || 'The command ran, but the host does not show its effect.'
  return retryOrPark(run.uses, run.task, reason)
}

async function objectionTo({ intent, definition, input, uses }: HostRun) {
  if (intent !== null) return undefined
  return definition.begins?.(input, { records: uses.database, clock: uses.clock })
}

// The earlier task was given up, but its command may still be at work. The higher fence keeps out a late one.
async function awaitEarlier(run: HostRun): Promise<void> {
  const earlier = run.definition.awaits?.(run.input)
  if (earlier === undefined || earlier.step === 0) return
  const { host } = run
  for (let isOver = false; !isOver; ) {
    if (run.secondsLeft() <= reserveSeconds) throw new RunEnds({ kind: 'unfinished' })
    const request = { ...earlier, op: 'attach', wait: waitOf(run) } as const
    isOver = (await harmless(host.ask(request, longestOf(run)))).state !== 'running'
  }
}

async function attach(run: HostRun): Promise<UserSeen | undefined> {
  if (run.step === 0) return undefined
  const answer = await settled(run, await ask(run, { op: 'attach' }))
  // The intent was written but the gate never heard of it: the same step may still be run, once.
  if (answer.state === 'none') forgetStep(run)
  if (answer.key === 'gate_trouble') throw new RunEnds(retryOrPark(run.uses, run.task, answer.text))
  // What only kept the step from working, such as a held lock or a refusal of the gate, was acted on by
  // the worker that saw it, and may be over.
  const isOver = answer.state !== 'refused' && (isDefinite(answer) || answer.class === 'ok')
  return isOver ? judge(run, answer) : undefined
}

// Before the first step has run, whatever is on the host is somebody else's, whenever it got there.
function forgetStep(run: HostRun): void {
  run.step -= 1
  if (run.step === 0) run.intent = null
}

async function observe(run: HostRun): Promise<UserSeen> {
  const args = { username: run.definition.observes(run.input) }
  const answer = await ask(run, { op: 'read', verb: 'user', args })
  if (answer.seen !== undefined) return answer.seen
  throw new RunEnds(outcomeOfTrouble(run, answer))
}

async function act(
  run: HostRun,
  command: HostCommand,
  seen: UserSeen,
): Promise<UserSeen | undefined> {
  run.assertHeld()
  run.step += 1
  run.intent ??= seen.state
  await run.uses.database.tasks.recordIntent(run.claim, { intent: run.intent, step: run.step })
  await run.uses.milestones.reached('afterIntent')
  const all = command.secrets?.length ? await openSecrets(run.uses.sealer, run.task) : {}
  const secrets: Record<string, string> = {}
  for (const name of command.secrets ?? []) {
    const value = all[name]
    if (value !== undefined) secrets[name] = value
  }
  const { verb, args } = command
  await run.uses.milestones.reached('beforeExec')
  const asked = ask(run, { op: 'run', verb, args, secrets })
  const answer = await settled(run, await underWay(run.uses, asked))
  await run.uses.milestones.reached('afterExec')
  return judge(run, answer, verb)
}

type Question = Omit<GateRequest, 'task' | 'step' | 'fence' | 'wait'>

function ask(run: HostRun, question: Question): Promise<GateAnswer> {
  run.assertHeld()
  const wait = waitOf(run)
  const { id, fence } = run.claim
  const request = { ...question, task: id, step: Math.max(1, run.step), fence, wait }
  const asked = run.host.ask(request, longestOf(run))
  return question.op === 'run' ? asked : harmless(asked)
}

function waitOf({ uses, secondsLeft }: HostRun): number {
  return Math.max(0, Math.min(uses.pace.attachSeconds, secondsLeft() - reserveSeconds))
}

// What is left after it is for writing down what became of it.
function longestOf({ secondsLeft }: HostRun): number {
  return Math.max(1, secondsLeft() - writingSeconds)
}

// Nothing can have happened on the host when only a question was lost.
async function harmless(answer: Promise<GateAnswer>): Promise<GateAnswer> {
  try {
    return await answer
  } catch (error) {
    const isLost = error instanceof HostError && error.kind === 'lost'
    throw isLost ? new HostError('unreachable', error.message, error) : error
  }
}

// A command may take longer than one call, and longer than this worker has.
async function settled(run: HostRun, first: GateAnswer): Promise<GateAnswer> {
  let answer = first
  while (answer.state === 'running') {
    if (run.secondsLeft() <= reserveSeconds) throw new RunEnds({ kind: 'unfinished' })
    answer = await ask(run, { op: 'attach' })
  }
  return answer
}

/** What an answer means for the next round. The read decides, an exit code alone never does (yunohost.md 17). */
async function judge(
  run: HostRun,
  answer: GateAnswer,
  verb = 'attach',
): Promise<UserSeen | undefined> {
  await run.uses.database.tasks.recordAttempt(run.claim, {
    step: run.step,
    verb,
    at: run.uses.clock.now(),
    seconds: answer.seconds,
    exit: answer.exit,
    outcome: answer.key ?? answer.class,
    output: answer.output,
  })
  // A folder that came between our look and the command says no for good, like a conflict.
  const isForGood = answer.state !== 'refused' || answer.key === 'leftovers'
  if (!isForGood) throw new RunEnds(outcomeOfRefusal(run, answer))
  run.said = answer.text
  if (answer.class === 'ok' || answer.class === 'unknown') return answer.seen
  if (isDoneAnyway(run, answer)) return answer.seen
  if (isDefinite(answer)) {
    const seen = answer.seen ?? (await observe(run))
    throw new RunEnds(ended('failed', answer.text || 'The host refused this.', seen))
  }
  throw new RunEnds(outcomeOfTrouble(run, answer))
}

// A failure after the work, or work that somebody else has done. What is in conflict is another one's (security.md 3.4).
function isDoneAnyway({ definition, input }: HostRun, { class: kind, seen }: GateAnswer): boolean {
  return kind !== 'conflict' && seen !== undefined && definition.plan(seen, input).length === 0
}

function isDefinite(answer: GateAnswer): boolean {
  return ['conflict', 'refused_input', 'not_found'].includes(answer.class)
}

function outcomeOfTrouble(run: HostRun, answer: GateAnswer): Outcome {
  const reason = answer.text || 'The host could not answer.'
  switch (answer.class) {
    case 'busy':
      return { kind: 'later', delaySeconds: run.uses.pace.busySeconds, counted: false, reason }
    case 'trouble':
      return isHostDown(answer)
        ? { kind: 'unreachable', reason }
        : retryOrPark(run.uses, run.task, reason)
    case 'broken':
      return { kind: 'stop_lane', reason }
    default:
      return retryOrPark(run.uses, run.task, reason)
  }
}

// These stop every command; other troubles may be of this one only, and must not hold the lane (FI-27).
function isHostDown({ key, state }: GateAnswer): boolean {
  return key === 'ldap_server_down' || key === 'disk_full' || state === 'unknown'
}

// Every task would be refused like this one.
const unfit: ReadonlySet<string | null> = new Set(['unsupported_version', 'wrong_account'])

function outcomeOfRefusal(run: HostRun, answer: GateAnswer): Outcome {
  if (answer.key === 'stale_fence') return notNow(run.uses, answer.text)
  if (answer.class === 'broken' || unfit.has(answer.key)) {
    return { kind: 'stop_lane', reason: answer.text }
  }
  return { kind: 'parked', reason: answer.text || `The gate refused ${run.definition.action}.` }
}

function notNow({ pace }: EngineUses, reason: string): Outcome {
  return { kind: 'later', delaySeconds: pace.probeSeconds.first, counted: false, reason }
}

function outcomeOfSilence(uses: EngineUses, run: Run, error: HostError): Outcome {
  if (error.kind === 'identity') return { kind: 'stop_lane', reason: error.message }
  if (error.kind === 'unreachable') return { kind: 'unreachable', reason: error.message }
  return retryOrPark(uses, run.task, error.message)
}

function ended(status: Ending['status'], reason: string | null, seen: UserSeen): Outcome {
  const isClean = seen.state === 'absent' && !seen.home && !seen.mailbox
  return { kind: 'ended', ending: { status, reason, left: isClean ? 'nothing' : 'something' } }
}
