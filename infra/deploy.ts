import { refuse } from './console.ts'
import { deployStacks, osls } from './deploy-stacks.ts'
import { packageAll } from './package.ts'
import { readinessOf, readinessTable } from './readiness.ts'
import { openSecretStore } from './secret-store.ts'
import { settingsOf } from './settings.ts'
import { readStageCommand, runCommand } from './stage-command.ts'

const usage = `Brings every stack of a stage to AWS: core first, then each family.

  npm run deploy -- --stage STAGE           refuses while a setting or a secret is missing
  npm run deploy -- --stage STAGE --check   shows each of them, and changes nothing`

async function deploy(): Promise<void> {
  const command = readStageCommand(['check'])
  if (!command || command.words.length > 0) return refuse(usage)
  const { stage } = command
  const { functions } = await import('../functions/index.ts')
  const store = await openSecretStore(stage, settingsOf(stage, functions)['REGION'] ?? '')
  const items = await readinessOf(stage, functions, store)
  if (command.flags.has('check')) console.log(readinessTable(items))
  const wrong = items.filter(({ problem }) => problem !== undefined)
  if (wrong.length > 0) return refuse(`Not ready:\n${readinessTable(wrong)}`)
  if (command.flags.has('check')) return console.log('Everything is there.')
  const problems = await packageAll(stage)
  if (problems.length > 0) return refuse(problems.join('\n'))
  const failed = await deployStacks(stage, functions, osls)
  if (failed === undefined) return console.log(`Stage ${stage} is deployed.`)
  refuse(`The stack ${failed} is not deployed; the same command begins again with it.`)
}

await runCommand(deploy)
