import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RouteFact } from '../lib/http/fallback.ts'
import { pageScripts } from '../lib/pages/registration-layout.ts'
import { browserScript } from './browser-script.ts'
import { endpointsOf, type Functions, httpFunctionsOf } from './definitions.ts'
import { openapiDocument } from './docs/document.ts'
import { docsPage } from './docs.ts'
import { commonPasswordsAsset } from './passwords.ts'
import { projectVersion } from './project.ts'

/** Content of every file that some endpoint asks for, by name. Throws for a name that nothing makes. */
export async function assetsOf(functions: Functions): Promise<ReadonlyMap<string, Uint8Array>> {
  const makers = makersOf(functions)
  const names = new Set(
    httpFunctionsOf(functions).flatMap(({ definition }) => definition.assets ?? []),
  )
  const contents = [...names].map(async (name) => {
    const make = makers[name]
    if (!make) throw new Error(`Nothing makes the asset "${name}" (infra/assets.ts).`)
    return [name, Buffer.from(await make())] as const
  })
  return new Map(await Promise.all(contents))
}

/** Writes every asset into one folder: what ASSETS_FOLDER names where functions run unbundled. */
export async function writeAssets(functions: Functions, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, content] of await assetsOf(functions)) {
    await writeFile(join(folder, name), content)
  }
}

type Maker = () => Promise<string | Uint8Array>

function makersOf(functions: Functions): Readonly<Record<string, Maker>> {
  const document = async () => openapiDocument(functions, await projectVersion())
  return {
    'common-passwords.txt.br': commonPasswordsAsset,
    'docs.html': async () => docsPage(await document()),
    'openapi.json': async () => JSON.stringify(await document()),
    [pageScripts.status.asset]: () => browserScript('status'),
    [pageScripts.decision.asset]: () => browserScript('decision'),
    'routes.json': async () => JSON.stringify(routeFacts(functions)),
  }
}

/** The table by which `$default` answers (lib/http/fallback.ts). */
export function routeFacts(functions: Functions): readonly RouteFact[] {
  return endpointsOf(functions).map(({ definition: { method, path, status, output, media } }) => {
    const answers = media ?? (output ? 'application/json' : undefined)
    return { method, path, status, ...(answers === undefined ? {} : { media: answers }) }
  })
}
