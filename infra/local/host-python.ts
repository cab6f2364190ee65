import { execFileSync } from 'node:child_process'

// What a YunoHost host runs the gate with; a `python3` from elsewhere may be a slow shell script around it.
const debiansPython = '/usr/bin/python3'
const oldestMinor = 10
const ask = 'import sys; print(sys.version_info[0], sys.version_info[1], sys.executable)'

let found: string | undefined

/** The Python that the gate and the stand-in run with here; throws where there is none that is new enough. */
export function hostPython(): string {
  found ??= findNewEnough()
  return found
}

function findNewEnough(): string {
  const seen: string[] = []
  for (const name of [debiansPython, 'python3']) {
    const said = answerOf(name)
    if (said === undefined) continue
    const [major, minor, ...path] = said.split(' ')
    if (major === '3' && Number(minor) >= oldestMinor) return path.join(' ')
    seen.push(`${name} is ${major}.${minor}`)
  }
  const there = seen.length === 0 ? 'there is none' : seen.join(', ')
  throw new Error(`The gate needs Python 3.${oldestMinor} or newer: ${there}.`)
}

// On a Mac the first one may be there only to say that it has to be installed.
function answerOf(name: string): string | undefined {
  try {
    const stdio = ['ignore', 'pipe', 'ignore'] as const
    return execFileSync(name, ['-I', '-c', ask], { encoding: 'utf8', stdio: [...stdio] }).trim()
  } catch {
    return undefined
  }
}
