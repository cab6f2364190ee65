import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A program that comes from PyPI and is put into a virtual environment of its own. */
export interface PythonProgram {
  /** Name of the folder in the user's cache. */
  readonly name: string
  /** What pip installs, with the exact version. */
  readonly requirement: string
  /** The program's file in the environment's `bin`. */
  readonly program: string
}

/** The folder in the user's cache that outlives every clone. */
const cacheFolder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'gatehouse')

/** The program where it was installed earlier, else after installing it; undefined where neither succeeds. */
export async function findOrInstall(
  program: PythonProgram,
  onProgress: (text: string) => void,
): Promise<string | undefined> {
  return findInstalled(program) ?? (await install(program, onProgress))
}

// The version is part of the name, so that another one does not meet the files of the last.
function placesOf({ requirement, name, program }: PythonProgram) {
  const folder = join(cacheFolder, `${name}-${requirement.split('==')[1]}`)
  return {
    folder,
    path: join(folder, 'bin', program),
    // Written last, so that an interrupted installation is begun again.
    complete: join(folder, 'complete'),
  }
}

/** The program where it was installed earlier. */
export function findInstalled(program: PythonProgram): string | undefined {
  const { path, complete } = placesOf(program)
  return existsSync(complete) && existsSync(path) ? path : undefined
}

async function install(
  program: PythonProgram,
  onProgress: (text: string) => void,
): Promise<string | undefined> {
  const { folder, complete } = placesOf(program)
  onProgress(`${program.requirement} is installed once into ${folder} ...`)
  try {
    await rm(folder, { recursive: true, force: true })
    await mkdir(cacheFolder, { recursive: true })
    await run('python3', ['-m', 'venv', folder])
    const pip = ['-m', 'pip', 'install', '--quiet', program.requirement]
    await run(join(folder, 'bin', 'python'), pip)
    await writeFile(complete, program.requirement)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    onProgress(`${program.requirement} cannot be installed here: ${reason}`)
  }
  return findInstalled(program)
}
