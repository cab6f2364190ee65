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
  return {
    lines,
    info: add('info'),
    error: add('error'),
    expectError: (event) => expected.add(event),
    unexpectedErrors: () =>
      lines.filter(({ level, event }) => level === 'error' && !expected.has(event)),
  }
}
