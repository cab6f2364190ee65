import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'

/** The folder of package.json. */
export const projectFolder = join(import.meta.dirname, '..')

/** Full path of a file of the project. */
export function projectFile(path: string): string {
  return join(projectFolder, path)
}

/** The version that package.json tells. */
export async function projectVersion(): Promise<string> {
  const text = await readFile(projectFile('package.json'), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version
}
