import { readFile, rename, writeFile } from 'node:fs/promises'

/** Writes JSON that only this user may read, whole or not at all. */
export async function writePrivate(path: string, value: unknown): Promise<void> {
  const part = `${path}.part`
  await writeFile(part, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  await rename(part, path)
}

/** Reads JSON; undefined where there is no such file, or no JSON in it. */
export async function readPrivate(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}
