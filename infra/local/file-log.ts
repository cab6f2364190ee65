import { createWriteStream } from 'node:fs'
import type { Log, LogFields } from '../../lib/ports.ts'

/** A log that goes to a file, so that the window of `npm start` stays readable. */
export interface FileLog extends Log {
  close(): Promise<void>
}

/** Appends one JSON document per event and line. */
export function openFileLog(path: string): FileLog {
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 })
  const write =
    (level: string) =>
    (event: string, fields: LogFields = {}) => {
      stream.write(
        `${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`,
      )
    }
  return {
    info: write('info'),
    error: write('error'),
    close: () => new Promise((resolve) => stream.end(() => resolve())),
  }
}
