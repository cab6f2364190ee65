import type * as z from 'zod'
import type { EndpointDefinition, Fields } from '../../lib/http/definition.ts'
import { familyOf, type Named } from '../definitions.ts'
import type { Operation, Parameter } from './openapi-types.ts'
import { responsesOf } from './responses.ts'
import { inputSchema, partsOf } from './schema.ts'

/** An endpoint as OpenAPI describes it. */
export function operationOf({ name, definition }: Named<EndpointDefinition>): Operation {
  const parameters = [
    ...parametersOf('path', definition.params),
    ...parametersOf('query', definition.query),
  ]
  const description = [definition.description, rolesText(definition)].filter(Boolean).join('\n\n')
  return {
    operationId: name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
    summary: definition.summary,
    ...(description === '' ? {} : { description }),
    tags: [familyOf(name)],
    security: securityOf(definition),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(definition.body ? { requestBody: bodyOf(definition.body, definition.form) } : {}),
    responses: responsesOf(definition),
  }
}

function securityOf({ auth }: EndpointDefinition): Operation['security'] {
  if (auth === 'anyone') return []
  return auth === 'registration' ? [{ registration: [] }, { bearer: [] }] : [{ bearer: [] }]
}

function rolesText({ auth }: EndpointDefinition): string {
  return typeof auth === 'string' ? '' : `Roles: ${auth.join(', ')}.`
}

function parametersOf(place: Parameter['in'], fields: Fields | undefined): readonly Parameter[] {
  if (fields === undefined) return []
  const shape: Readonly<Record<string, z.core.$ZodType>> = fields.shape
  const { properties, required } = partsOf(inputSchema(fields))
  return Object.keys(shape).map((name) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: properties[name] ?? {},
  }))
}

function bodyOf(fields: Fields, form: boolean | undefined) {
  const schema = inputSchema(fields)
  const media = ['application/json', ...(form ? ['application/x-www-form-urlencoded'] : [])]
  return {
    required: true,
    content: Object.fromEntries(media.map((name) => [name, { schema }])),
  }
}
