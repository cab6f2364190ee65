import { endpointsOf, type Functions, familiesOf } from '../definitions.ts'
import type { OpenApiDocument, Operation } from './openapi-types.ts'
import { operationOf } from './operations.ts'
import { problemSchemas } from './responses.ts'

const description = `Ask for an account on a community server, and look after it.

Every path answers alike with and without a slash at its end. Methods that a path does not have get 405 with \
\`Allow\`, unknown paths get 404. A body that is not valid JSON, has unknown fields or wrong types, or is too large \
gets 400, under \`/registrations\` 422. Answers with 429 or 503 say in \`Retry-After\` how many seconds to wait. \
Work on the server itself is queued: such answers carry \`task_id\` and \`task_url\`.`

/** The OpenAPI 3.1 description of every endpoint, made of the definitions that check the requests. */
export function openapiDocument(functions: Functions, version: string): OpenApiDocument {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Gatehouse',
      version,
      description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: tagsOf(functions),
    paths: pathsOf(functions),
    components: {
      schemas: problemSchemas(),
      securitySchemes: {
        registration: {
          type: 'http',
          scheme: 'basic',
          description: 'The `rid` of a registration as user, one of its tokens as password.',
        },
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description:
            'The `access_token` of POST /login, or where it is said, a token for one task.',
        },
      },
    },
  }
}

function pathsOf(functions: Functions): OpenApiDocument['paths'] {
  const paths: Record<string, Record<string, Operation>> = {}
  for (const { name, definition } of endpointsOf(functions)) {
    const method = definition.method.toLowerCase()
    paths[definition.path] = {
      ...paths[definition.path],
      [method]: operationOf({ name, definition }),
    }
  }
  return paths
}

const tagTexts: Readonly<Record<string, string>> = {
  core: 'Pages and facts about the service itself',
  registrations: 'Registrations with approval',
  community: 'Sign-in, accounts, passwords and tasks',
}

function tagsOf(functions: Functions): OpenApiDocument['tags'] {
  return familiesOf(functions).map((name) => ({ name, description: tagTexts[name] ?? name }))
}
