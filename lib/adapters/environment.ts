import type * as z from 'zod'

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A settings schema whose keys are names of environment variables. */
export type SettingsSchema<Settings> = z.ZodType<Settings> & {
  readonly shape: Readonly<Record<string, z.ZodType>>
}

/** What a schema makes of the environment: the settings, or the names of the variables that stand in the way. */
export type ReadSettings<Settings> =
  | { readonly settings: Settings }
  | { readonly wrong: readonly string[] }

/** Reads only the variables that the schema names; an empty variable counts as missing. */
export function readSettings<Settings>(
  schema: SettingsSchema<Settings>,
  environment: Environment,
): ReadSettings<Settings> {
  const named = Object.keys(schema.shape).map((name) => [name, environment[name] || undefined])
  const read = schema.safeParse(Object.fromEntries(named))
  if (read.success) return { settings: read.data }
  return { wrong: [...new Set(read.error.issues.map((issue) => String(issue.path[0])))] }
}

/** The error for variables that are missing or wrong; it names them and never tells their values. */
export function settingsError(names: readonly string[]): Error {
  return new Error(`Missing or wrong settings: ${[...new Set(names)].sort().join(', ')}`)
}
