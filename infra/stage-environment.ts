import { secretsPath } from './environment.ts'
import { operatorEnvironment, secretStoreOf } from './secret-store.ts'
import { type Settings, settingStates, settingsFile } from './settings.ts'

/** The settings of a stage that have a value, without the examples. Throws where its file cannot be used. */
export async function stageSettings(stage: string): Promise<Settings> {
  const { functions } = await import('../functions/index.ts')
  const states = settingStates(stage, functions)
  return Object.fromEntries(
    states.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
  )
}

/**
 * What a command of an operator reads of a stage: its settings, where its secrets lie, and the operator's own AWS
 * credentials. Throws a sentence where one of them cannot be had.
 */
export async function stageEnvironment(stage: string): Promise<Record<string, string>> {
  const settings = await stageSettings(stage)
  if (settings['PUBLIC_URL'] === undefined) {
    const file = settingsFile(stage)
    throw new Error(`Put PUBLIC_URL, the address that the deployment printed, into ${file}.`)
  }
  const own = await operatorEnvironment(settings['REGION'] ?? '')
  return { ...settings, ...own, SECRETS_PATH: secretsPath({ stage, family: 'core', settings }) }
}

/** The address of a stage's database. Throws a sentence where it is not stored, or cannot be read. */
export async function stageDatabase(stage: string): Promise<string> {
  const region = (await stageSettings(stage))['REGION'] ?? ''
  const store = secretStoreOf(stage, await operatorEnvironment(region))
  const found = (await store.read(['mongodb-uri'])).get('mongodb-uri')
  if (found !== undefined) return found.value
  throw new Error(`There is no mongodb-uri: npm run secrets -- set mongodb-uri --stage ${stage}`)
}
