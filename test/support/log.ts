import * as z from 'zod'
import type { Log, LogFields } from '../../lib/ports.ts'

/** One event that was logged. */
export interface LogLine {
  readonly level: 'info' | 'error'
  readonly event: string
  readonly fields: LogFields
}

/** Keeps what is logged. */
export interface CollectingLog extends Log {
  readonly lines: readonly LogLine[]
  /** Says that an error event of this name is part of the test. */
  expectError(event: string): void
  unexpectedErrors(): readonly LogLine[]
  /** Takes a line that a function of another process has written. */
  hear(line: string): void
}

const written = z.looseObject({
  time: z.iso.datetime(),
  level: z.enum(['info', 'error']),
  event: z.string(),
})

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** A log that a test reads afterwards. */
export function newCollectingLog(): CollectingLog {
  const lines: LogLine[] = []
  const expected = new Set<string>()
  const add =
    (level: LogLine['level']) =>
    (event: string, fields: LogFields = {}) => {
      lines.push({ level, event, fields })
    }
  const hear = (line: string) => {
    const read = written.safeParse(parse(line))
    // A function writes nothing but its log: everything else is something that went wrong.
    if (!read.success) return add('error')('unreadable_line', { errorText: line })
    const { time, level, event, ...fields } = read.data
    add(level)(event, fields)
  }
  return {
    lines,
    hear,
    info: add('info'),
    error: add('error'),
    expectError: (event) => expected.add(event),
    unexpectedErrors: () =>
      lines.filter(({ level, event }) => level === 'error' && !expected.has(event)),
  }
}
