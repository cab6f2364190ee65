import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const requirement = 'SecantusDB==0.7.0b3'
// The wheel exists for these; the newest is asked first.
const pythons = ['python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3']
const isOld = 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))'

const run = promisify(execFile)

function placesIn(cacheFolder: string) {
  const folder = join(cacheFolder, 'secantus-wheel')
  return {
    folder,
    server: join(folder, 'bin', 'secantusd-py'),
    // Written last, so that an interrupted installation is begun again.
    complete: join(folder, 'complete'),
  }
}

/** The server of the wheel, where it was installed earlier. */
export function findWheelServer(cacheFolder: string): string | undefined {
  const { server, complete } = placesIn(cacheFolder)
  return existsSync(complete) && existsSync(server) ? server : undefined
}

/** Installs the wheel into a virtual environment of its own; undefined where that does not succeed. */
export async function installWheelServer(
  cacheFolder: string,
  onProgress: (text: string) => void,
): Promise<string | undefined> {
  const { folder, complete } = placesIn(cacheFolder)
  const python = await findPython()
  if (python === undefined) return undefined
  onProgress('The database server is installed once (Python wheel SecantusDB, 145 MB on disk) ...')
  try {
    await rm(folder, { recursive: true, force: true })
    await mkdir(cacheFolder, { recursive: true })
    await run(python, ['-m', 'venv', folder])
    await run(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', requirement])
    await writeFile(complete, requirement)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    onProgress(`The wheel cannot be installed here: ${reason}`)
  }
  return findWheelServer(cacheFolder)
}

async function findPython(): Promise<string | undefined> {
  for (const python of pythons) {
    const isGood = await run(python, ['-c', isOld]).then(
      () => true,
      () => false,
    )
    if (isGood) return python
  }
  return undefined
}
