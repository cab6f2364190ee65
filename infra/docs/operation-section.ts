import { markup } from '../../lib/language/markup.ts'
import { fieldList } from './field-list.ts'
import type { Operation, Response, Schema } from './openapi-types.ts'
import { prose } from './prose.ts'

/** One request of the API, as the documentation shows it. */
export interface Entry {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

/** Where links to an operation lead. */
export function pathAnchor({ operationId }: Operation): string {
  return `operation-${operationId}`
}

/** One request with its fields and its answers. */
export function operationSection({ method, path, operation }: Entry) {
  const anchor = pathAnchor(operation)
  return markup`<article class="card" aria-labelledby="${anchor}">
<h3 id="${anchor}"><code>${method} ${path}</code></h3>
<p>${operation.summary}</p>
${prose(operation.description ?? '')}
<p>${operation.security.length > 0 ? 'Needs an access token.' : 'Needs no access token.'}</p>
${parameters(operation)}${body(operation)}
<h4>Answers</h4>
<dl>${Object.entries(operation.responses).map(([status, response]) => answer(status, response))}</dl>
</article>
`
}

function parameters({ parameters = [] }: Operation) {
  if (parameters.length === 0) return ''
  const properties = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]))
  const required = parameters.filter((parameter) => parameter.required).map(({ name }) => name)
  return markup`<h4>In the address</h4>
${fieldList({ type: 'object', properties, required })}
`
}

function body({ requestBody }: Operation) {
  if (requestBody === undefined) return ''
  const [first] = Object.values(requestBody.content)
  return markup`<h4>Body</h4>
<p>As ${Object.keys(requestBody.content).join(' or ')}.</p>
${fieldList(first?.schema ?? {})}
`
}

function answer(status: string, response: Response) {
  const json = response.content?.['application/json']?.schema
  const media = Object.keys(response.content ?? {}).join(' or ')
  return markup`<dt><strong>${status}</strong> ${media}</dt>
<dd>${prose(response.description)}
${json === undefined || '$ref' in json ? problem(json) : fieldList(json)}</dd>
`
}

function problem(schema: Schema | undefined) {
  const name = String(schema?.['$ref'] ?? '')
    .split('/')
    .at(-1)
  return name ? markup`<p>Body: <a href="#${name}"><code>${name}</code></a></p>` : ''
}
