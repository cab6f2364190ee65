import { readFile, writeFile } from 'node:fs/promises'
import { openapiDocument } from './docs/document.ts'
import { projectFile, projectVersion } from './project.ts'
import { readOptions } from './usage.ts'

/** The committed description of the API. */
export const openapiFile = projectFile('infra/openapi.json')

/** The text of `/openapi.json`, from the definitions as they are now. */
export async function openapiText(): Promise<string> {
  const { functions } = await import('../functions/index.ts')
  return `${JSON.stringify(openapiDocument(functions, await projectVersion()), undefined, 2)}\n`
}

/** True when the committed description is what the definitions say. */
export async function isOpenapiCurrent(): Promise<boolean> {
  const committed = await readFile(openapiFile, 'utf8').catch(() => '')
  return committed === (await openapiText())
}

if (import.meta.main) {
  const { check } = readOptions(
    { check: { type: 'boolean', default: false } },
    'npm run openapi   writes infra/openapi.json; with -- --check only says whether it is current',
  )
  if (!check) {
    await writeFile(openapiFile, await openapiText())
    console.log('infra/openapi.json is written.')
  } else if (!(await isOpenapiCurrent())) {
    console.error('infra/openapi.json is not what functions/ declares. Run: npm run openapi')
    process.exitCode = 1
  }
}
