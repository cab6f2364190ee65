import { markup } from '../lib/language/markup.ts'
import { layOut } from '../lib/pages/layout.ts'
import { alternativesOf, fieldList } from './docs/field-list.ts'
import type { OpenApiDocument } from './docs/openapi-types.ts'
import { type Entry, operationSection, pathAnchor } from './docs/operation-section.ts'
import { prose } from './docs/prose.ts'

/** The document as a page for people, made at build time: no script, nothing from elsewhere, one stylesheet. */
export function docsPage(document: OpenApiDocument): string {
  const entries = entriesOf(document)
  const title = `API of Gatehouse ${document.info.version}`
  const groups = document.tags.filter(({ name }) => entriesWith(entries, name).length > 0)
  const content = markup`<h1>${title}</h1>
${prose(document.info.description)}
<p>For programs: <a href="/openapi.json">openapi.json</a> (OpenAPI ${document.openapi}).</p>
<nav class="card" aria-label="All requests">${groups.map(({ name }) => contents(name, entries))}</nav>
${groups.map((tag) => group(tag, entriesWith(entries, tag.name)))}
${problems(document)}`
  return layOut({ language: 'en', communityName: 'Gatehouse' }, title, content)
}

function entriesOf(document: OpenApiDocument): readonly Entry[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  )
}

function entriesWith(entries: readonly Entry[], tag: string): readonly Entry[] {
  return entries.filter(({ operation }) => operation.tags.includes(tag))
}

function contents(tag: string, entries: readonly Entry[]) {
  const links = entriesWith(entries, tag).map(
    ({ method, path, operation }) =>
      markup`<li><a href="#${pathAnchor(operation)}">${method} ${path}</a></li>`,
  )
  return markup`<p><a href="#${tag}">${tag}</a></p>
<ul>${links}</ul>
`
}

function group(tag: OpenApiDocument['tags'][number], entries: readonly Entry[]) {
  return markup`<section aria-labelledby="${tag.name}">
<h2 id="${tag.name}">${tag.name}</h2>
<p>${tag.description}</p>
${entries.map(operationSection)}
</section>
`
}

function problems({ components }: OpenApiDocument) {
  const bodies = Object.entries(components.schemas).map(
    ([name, schema]) => markup`<h3 id="${name}"><code>${name}</code></h3>
${alternativesOf(schema).map(fieldList)}
`,
  )
  return markup`<section aria-labelledby="problems">
<h2 id="problems">Bodies of errors</h2>
${bodies}
</section>
`
}
