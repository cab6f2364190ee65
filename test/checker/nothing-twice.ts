import { effectsOf, isProofOf } from './host-truth.ts'
import { nameOf } from './lives.ts'
import type { Effect, RecordedTask, RunRecord } from './run-record.ts'

/** I2: no step runs twice, no task makes or removes anything twice, and a password is repeated only as it was. */
export function nothingTwice(record: RunRecord): readonly string[] {
  return [...repeatedSteps(record), ...record.tasks.flatMap((task) => repeatedBy(record, task))]
}

function repeatedSteps({ commands }: RunRecord): readonly string[] {
  const changing = commands.filter(({ taskId, isRead }) => taskId !== null && !isRead)
  const bySteps = Map.groupBy(changing, ({ taskId, step }) => `step ${step} of task ${taskId}`)
  return [...bySteps].flatMap(([name, begun]) =>
    begun.length > 1 ? [`${name} began ${begun.length} commands (${begun[0]?.text})`] : [],
  )
}

function repeatedBy(record: RunRecord, task: RecordedTask): readonly string[] {
  const effects = effectsOf(record, task.id)
  return [...unevenBy(task, effects), ...changedPasswords(record, task, effects)]
}

// Half an account that a crash left is removed and made anew: that is once, as long as it takes turns.
function unevenBy(task: RecordedTask, effects: readonly Effect[]): readonly string[] {
  const violations: string[] = []
  let isThere = task.action !== 'user_create'
  let hasMade = false
  for (const { name } of effects) {
    if (name === 'user_created') {
      if (hasMade && isThere) violations.push(`${nameOf(task)} made its account twice`)
      isThere = true
      hasMade = true
    }
    if (name === 'user_deleted') {
      if (!isThere) violations.push(`${nameOf(task)} removed an account that it had not made`)
      isThere = false
    }
  }
  return violations
}

function changedPasswords(
  { secrets }: RunRecord,
  task: RecordedTask,
  effects: readonly Effect[],
): readonly string[] {
  if (task.action === 'user_create') return []
  const proofs = effects.flatMap(({ password }) => password ?? [])
  if (proofs.length < 2) return []
  const isSame = secrets.some(({ value }) => proofs.every((proof) => isProofOf(proof, value)))
  return isSame
    ? []
    : [`${nameOf(task)} set ${proofs.length} passwords that are not known to be the same`]
}
