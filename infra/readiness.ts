import type { Functions } from './definitions.ts'
import { neededSecrets, secretProblem } from './secret-forms.ts'
import type { SecretStore, StoredSecret } from './secret-store.ts'
import { type SettingState, settingStates, settingsFile } from './settings.ts'

/** One setting or secret of a stage, and what stands in the way of deploying with it. */
export interface ReadinessItem {
  readonly kind: 'setting' | 'secret'
  readonly name: string
  readonly from: string
  /** The value of a setting; of a secret only that it is there. */
  readonly state: string
  readonly problem?: string
}

/** Every setting and secret of a stage, in the order of their names. */
export async function readinessOf(
  stage: string,
  functions: Functions,
  store: Pick<SecretStore, 'path' | 'read'>,
): Promise<readonly ReadinessItem[]> {
  const settings = settingStates(stage, functions)
  const set = new Set(settings.filter(({ value }) => value).map(({ name }) => name))
  const names = neededSecrets(functions, (setting) => set.has(setting))
  const stored = await store.read(names)
  return [
    ...settings.map((state) => settingItem(stage, state)),
    ...names.map((name) => secretItem(stage, `${store.path}${name}`, stored.get(name))),
  ]
}

/** The items as lines of a table. */
export function readinessTable(items: readonly ReadinessItem[]): string {
  const nameWidth = Math.max(...items.map(({ name }) => name.length))
  const fromWidth = Math.max(...items.map(({ from }) => from.length))
  return items
    .map(({ kind, name, from, state, problem }) => {
      const end = problem === undefined ? state : `${state}: ${problem}`
      return `${kind.padEnd(7)}  ${name.padEnd(nameWidth)}  ${from.padEnd(fromWidth)}  ${end}`.trimEnd()
    })
    .join('\n')
}

function settingItem(stage: string, { name, from, value, isNeeded }: SettingState): ReadinessItem {
  const place = from === 'file' ? settingsFile(stage) : from === 'nowhere' ? 'not set' : from
  const state = value ?? (isNeeded ? 'MISSING' : '')
  const isMissing = value === undefined && isNeeded
  const problem = isMissing ? { problem: `put it into ${settingsFile(stage)}` } : {}
  return { kind: 'setting', name, from: place, state, ...problem }
}

function secretItem(stage: string, path: string, found: StoredSecret | undefined): ReadinessItem {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const item = { kind: 'secret', name, from: path } as const
  if (found === undefined) return { ...item, state: 'MISSING', problem: remedyOf(name, stage) }
  const problem = secretProblem(name, found.value)
  return problem === undefined ? { ...item, state: 'there' } : { ...item, state: 'WRONG', problem }
}

function remedyOf(name: string, stage: string): string {
  return name.endsWith('-keys') && name !== 'ssh-host-keys'
    ? `npm run keys -- rotate --stage ${stage}`
    : `npm run secrets -- set ${name} --stage ${stage}`
}
