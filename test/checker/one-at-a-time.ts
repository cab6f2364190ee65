import type { Effect, RunRecord } from './run-record.ts'

/** I4: no two commands that change the host run at the same time. */
export function oneAtATime({ effects }: RunRecord): readonly string[] {
  const intervals = [...Map.groupBy(effects, ({ pid, startMs }) => `${pid} ${startMs}`).values()]
    .map(toInterval)
    .sort((one, other) => one.startMs - other.startMs)
  return intervals.flatMap((later, at) =>
    intervals
      .slice(0, at)
      .filter((earlier) => earlier.endMs > later.startMs)
      .map((earlier) => `${later.name} began while ${earlier.name} was running`),
  )
}

function toInterval(effects: readonly Effect[]) {
  const [first] = effects
  const who = first?.taskId === null ? 'by hand' : `task ${first?.taskId} step ${first?.step}`
  return {
    name: `a command for ${first?.username} (${who})`,
    startMs: first?.startMs ?? 0,
    endMs: Math.max(...effects.map(({ endMs }) => endMs)),
  }
}
