import { type Markup, markup } from '../../lib/language/markup.ts'
import type { Schema } from './openapi-types.ts'
import { partsOf } from './schema.ts'

/** The fields of a JSON body as a list, nested where they are. */
export function fieldList(schema: Schema): Markup {
  const { properties, required } = partsOf(schema)
  const names = Object.keys(properties)
  if (names.length === 0) return markup`<p>${typeText(schema)}</p>`
  const items = names.map((name) => field(name, properties[name] ?? {}, required.includes(name)))
  return markup`<dl>${items}</dl>`
}

/** The forms that a body may have; one where the schema leaves no choice. */
export function alternativesOf(schema: Schema): readonly Schema[] {
  const choices = choicesOf(schema)
  return choices.length > 0 ? choices : [schema]
}

function field(name: string, schema: Schema, isRequired: boolean) {
  const inner = innerOf(schema)
  const rules = [typeText(schema), isRequired ? 'required' : 'optional', ...rulesOf(schema)]
  return markup`<dt><code>${name}</code></dt>
<dd>${rules.join(', ')}${inner ? fieldList(inner) : ''}</dd>
`
}

/** The object whose fields are worth a list of their own: the value itself or each element. */
function innerOf(schema: Schema): Schema | undefined {
  const candidates = [schema, ...choicesOf(schema)]
  return candidates
    .map((one) => (one['type'] === 'array' ? toSchema(one['items']) : one))
    .find((one) => Object.keys(partsOf(one).properties).length > 0)
}

function typeText(schema: Schema): string {
  const choices = choicesOf(schema)
  if (choices.length > 0) return choices.map(typeText).join(' or ')
  if (Array.isArray(schema['enum'])) return schema['enum'].map(String).join(' | ')
  if ('const' in schema) return JSON.stringify(schema['const'])
  if (schema['type'] === 'array') return `list of ${typeText(toSchema(schema['items']))}`
  const format = typeof schema['format'] === 'string' ? ` (${schema['format']})` : ''
  return `${String(schema['type'] ?? 'anything')}${format}`
}

const rules: Readonly<Record<string, (value: string) => string>> = {
  minLength: (value) => `at least ${value} characters`,
  maxLength: (value) => `at most ${value} characters`,
  minimum: (value) => `at least ${value}`,
  maximum: (value) => `at most ${value}`,
  pattern: (value) => `of the form ${value}`,
  default: (value) => `otherwise ${value}`,
}

function rulesOf(schema: Schema): readonly string[] {
  return Object.entries(rules).flatMap(([key, sentence]) => {
    const value = schema[key]
    const isLimitOfNumbers = typeof value === 'number' && Math.abs(value) >= Number.MAX_SAFE_INTEGER
    return value === undefined || isLimitOfNumbers ? [] : [sentence(String(value))]
  })
}

function choicesOf(schema: Schema): readonly Schema[] {
  const choices = schema['anyOf'] ?? schema['oneOf']
  return Array.isArray(choices) ? choices.map(toSchema) : []
}

function toSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
