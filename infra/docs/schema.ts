import * as z from 'zod'
import type { Schema } from './openapi-types.ts'

/** What a client may send. */
export function inputSchema(schema: z.ZodType): Schema {
  return toSchema(schema, 'input')
}

/** What a client gets. */
export function outputSchema(schema: z.ZodType): Schema {
  return toSchema(schema, 'output')
}

/** Fields of an object's schema, and which of them have to be there. */
export function partsOf(schema: Schema) {
  const { properties, required } = schema
  return {
    properties: isTable(properties) ? tablesOf(properties) : {},
    required: Array.isArray(required) ? required.map(String) : [],
  }
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): Schema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' })
  // `#/$defs/...` would point to the document's root once the schema is part of it.
  if (JSON.stringify(json).includes('"#')) throw new Error('A schema of the API refers to itself.')
  return json
}

function tablesOf(table: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(
    Object.entries(table).map(([name, value]) => [name, isTable(value) ? value : {}]),
  )
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
