import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** A value that must be found nowhere, and what it is. */
export interface Canary {
  readonly name: string
  readonly value: string | Uint8Array
}

/** One place that was searched. */
export interface Place {
  readonly name: string
  readonly text: string
}

/** Every spelling in which a value could lie somewhere. */
export function spellingsOf(value: string | Uint8Array): readonly string[] {
  const bytes = Buffer.from(value)
  const encoded = [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...base64sOf(bytes)]
  if (typeof value !== 'string') return encoded
  const json = JSON.stringify(value).slice(1, -1)
  const ascii = json.replace(
    /[^ -~]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  const twice = JSON.stringify(json).slice(1, -1)
  const url = encodeURIComponent(value)
  const form = new URLSearchParams({ value }).toString().slice('value='.length)
  const shell = value.replaceAll("'", "'\\''")
  return [...new Set([value, json, ascii, twice, url, form, shell, ...encoded])]
}

// The same bytes look different at each of three places within a longer text.
function base64sOf(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes])
    const whole = padded.length - (padded.length % 3)
    const from = before === 0 ? 0 : 4
    return (['base64', 'base64url'] as const).map((kind) =>
      padded.subarray(0, whole).toString(kind).slice(from),
    )
  })
}

/** Where which canary was found. */
export function findCanaries(
  canaries: readonly Canary[],
  places: readonly Place[],
): readonly string[] {
  return canaries.flatMap(({ name, value }) => {
    const spellings = spellingsOf(value)
    return places
      .filter(({ text }) => spellings.some((spelling) => text.includes(spelling)))
      .map((place) => `${name} in ${place.name}`)
  })
}

/** Every file below a folder, but for those named. */
export async function filesBelow(
  folder: string,
  without: readonly string[],
): Promise<readonly Place[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
  const wanted = paths.filter((path) => !without.includes(relative(folder, path)))
  return Promise.all(
    wanted.map(async (path) => ({
      name: relative(folder, path),
      text: await readFile(path, 'utf8'),
    })),
  )
}

/** Reads the command lines of all processes again and again until it is stopped. */
export function watchCommandLines(): { stop(): Promise<Place> } {
  const lines = new Set<string>()
  let isOn = true
  const look = async (pid: string) => {
    lines.add(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))
  }
  const watch = async () => {
    while (isOn) {
      const names = await readdir('/proc').catch((): string[] => [])
      await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(look))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const watching = watch()
  return {
    stop: async () => {
      isOn = false
      await watching
      return { name: 'command lines', text: [...lines].join('\n') }
    },
  }
}
