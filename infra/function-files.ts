import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { projectFile } from './project.ts'

/** Files of `functions/` by the name of their function: `community/login.ts` is `community-login`. */
export async function functionFiles(): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(projectFile('functions'), { recursive: true })
  const files = entries.filter((path) => path.endsWith('.ts') && path !== 'index.ts').sort()
  return new Map(files.map((path) => [nameOf(path), join('functions', path)]))
}

function nameOf(path: string): string {
  return path.replace(/\.ts$/, '').replaceAll(/[/\\]/g, '-')
}
