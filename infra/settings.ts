import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { certificateProblem } from './custom-domain.ts'
import { adaptersOf, type Functions } from './definitions.ts'
import { computedNames } from './environment.ts'
import { matrixProblem } from './matrix-settings.ts'
import { nearestWord } from './nearest-word.ts'
import { settingForms } from './setting-forms.ts'

/** Names, addresses and numbers of one installation; never a secret, because templates show them. */
export type Settings = Readonly<Record<string, string>>

/** Stand-ins that templates can be made and looked at with; a real installation replaces every one. */
const examples: Settings = {
  COMMUNITY_NAME: 'Example community',
  MAIL_DOMAIN: 'community.example',
  MAIL_SENDER: 'gatehouse@community.example',
  HOST_ADDRESS: 'host.community.example',
  ALARM_ADDRESS: 'staff@community.example',
}

/** What holds where an installation says nothing. */
const usual: Settings = {
  REGION: 'eu-central-1',
  DEFAULT_LANGUAGE: 'en',
  HOST_PORT: '22',
  HOST_USER: 'gatehouse',
  CORS_ORIGINS: '',
}

/** What the template itself reads, besides the settings of the adapters. */
const readByTemplate = {
  ALARM_ADDRESS: z.string().regex(/^[^\s@]{1,64}@[^\s@]{1,253}$/),
  CERTIFICATE_ARN: z
    .string()
    .regex(/^arn:[a-z-]{1,20}:acm:[a-z0-9-]{1,40}:\d{12}:certificate\/[\w-]{1,100}$/)
    .optional(),
  CORS_ORIGINS: z.string().optional(),
  REGION: z.string().regex(/^[a-z0-9-]{1,40}$/),
}

type Schemas = Readonly<Record<string, z.ZodType>>

/**
 * The settings of a stage: examples and usual values, replaced by those of `.settings.<stage>.json` in the folder.
 * Throws an error that names every setting there that nothing reads, or that its reader would refuse.
 */
export function settingsOf(stage: string, functions: Functions, folder = process.cwd()): Settings {
  return { ...examples, ...usual, ...ownSettings(stage, functions, folder) }
}

/** One setting as an installation has it. */
export interface SettingState {
  readonly name: string
  readonly from: 'file' | 'usual value' | 'nowhere'
  /** Undefined where it is set nowhere. */
  readonly value: string | undefined
  readonly isNeeded: boolean
}

/** Every setting of a stage that can be set, by name, and where its value comes from. Throws like `settingsOf`. */
export function settingStates(
  stage: string,
  functions: Functions,
  folder = process.cwd(),
): readonly SettingState[] {
  const own = ownSettings(stage, functions, folder)
  const names = Object.keys(schemasOf(functions)).sort()
  return names.map((name) => {
    const isNeeded = name in examples
    if (name in own) return { name, from: 'file', value: own[name], isNeeded }
    if (name in usual) return { name, from: 'usual value', value: usual[name], isNeeded }
    return { name, from: 'nowhere', value: undefined, isNeeded }
  })
}

/** The file in which an operator keeps the settings of a stage. */
export function settingsFile(stage: string): string {
  return `.settings.${stage}.json`
}

function ownSettings(stage: string, functions: Functions, folder: string): Settings {
  const file = settingsFile(stage)
  const own = readOwn(`${folder}/${file}`)
  const schemas = schemasOf(functions)
  const problems = Object.entries(own).flatMap((setting) => problemOf(setting, schemas) ?? [])
  for (const judge of [certificateProblem, matrixProblem]) {
    const problem = judge({ ...usual, ...own })
    if (problem !== undefined) problems.push(problem)
  }
  if (problems.length > 0) throw new Error(`${file}: ${problems.join(' ')}`)
  return own
}

/** Every setting that can be set, by name: what an adapter or the template reads and the template does not make. */
function schemasOf(functions: Functions): Schemas {
  const adapters = Object.values(functions).flatMap(({ definition }) => adaptersOf(definition.uses))
  const shapes = adapters.map(({ settings }): Schemas => settings.shape)
  const all: Schemas = Object.assign({}, readByTemplate, ...shapes)
  return Object.fromEntries(Object.entries(all).filter(([name]) => !computedNames.includes(name)))
}

function problemOf([name, text]: readonly [string, string], schemas: Schemas): string | undefined {
  const schema = schemas[name]
  // An adapter takes an empty variable for a missing one.
  if (schema?.safeParse(text || undefined).success) return undefined
  if (schema) return `The setting ${name} cannot be ${JSON.stringify(text)}.${formOf(name)}`
  if (computedNames.includes(name)) return `The setting ${name} is made by the template itself.`
  return `There is no setting ${name}; the nearest is ${nearestWord(name, Object.keys(schemas))}.`
}

function formOf(name: string): string {
  const form = settingForms[name]
  return form === undefined ? '' : ` Right would be ${form}.`
}

const ownSchema = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean()]).transform(String),
)

function readOwn(path: string): Settings {
  const read = ownSchema.safeParse(parsed(textOf(path), path))
  if (read.success) return read.data
  throw new Error(`${path} is not an object of settings, each a text or a number.`)
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(`${path} is not valid JSON.`, { cause })
  }
}

/** A stage without a file of its own has the examples; a file that cannot be read is no such stage. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (z.object({ code: z.literal('ENOENT') }).safeParse(error).success) return '{}'
    throw error
  }
}
