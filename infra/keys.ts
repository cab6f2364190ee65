import { refuse } from './console.ts'
import { dropKeys, rotateKeys } from './key-rotation.ts'
import { countSealedValues } from './sealed-values.ts'
import { openSecretStore } from './secret-store.ts'
import { settingsOf } from './settings.ts'
import { readStageCommand, runCommand } from './stage-command.ts'

const usage = `Changes the keys that values are sealed and tokens are signed with.

  npm run keys -- rotate --stage STAGE   adds a key to both rings, and uses it from now on
  npm run keys -- drop --stage STAGE     takes the older keys away, once nothing needs them

No key is ever shown.`

async function keys(): Promise<void> {
  const command = readStageCommand()
  const [verb, ...more] = command?.words ?? []
  if (!command || more.length > 0 || (verb !== 'rotate' && verb !== 'drop')) return refuse(usage)
  const { functions } = await import('../functions/index.ts')
  const region = settingsOf(command.stage, functions)['REGION'] ?? ''
  const store = await openSecretStore(command.stage, region)
  const now = new Date()
  const { done, refused } =
    verb === 'rotate' ? await rotateKeys(store, now) : await dropKeys(store, now, countSealedValues)
  for (const sentence of done) console.log(sentence)
  if (refused.length > 0) refuse(refused.join('\n'))
}

await runCommand(keys)
