import { refuse } from './console.ts'
import { keyRings, secretNames, secretProblem } from './secret-forms.ts'
import { readSecretInput } from './secret-input.ts'
import { openSecretStore } from './secret-store.ts'
import { settingsOf } from './settings.ts'
import { readStageCommand, runCommand } from './stage-command.ts'

const usage = `Puts a secret into the parameter store, for a stage.

  npm run secrets -- set NAME --stage STAGE

The value is asked for without echo, or read from standard input; it is never an argument.`

async function set(): Promise<void> {
  const command = readStageCommand()
  const [verb, name, ...more] = command?.words ?? []
  if (!command || verb !== 'set' || name === undefined || more.length > 0) return refuse(usage)
  const { functions } = await import('../functions/index.ts')
  const names = secretNames(functions)
  // A name that is none may be a value that was put into its place.
  if (!names.includes(name)) return refuse(`The secrets are ${names.join(', ')}.\n\n${usage}`)
  const value = (await readSecretInput(name)).trim()
  const problem = secretProblem(name, value)
  if (problem !== undefined) return refuse(`This cannot be ${name}: ${problem}`)
  const store = await openSecretStore(
    command.stage,
    settingsOf(command.stage, functions)['REGION'] ?? '',
  )
  if (!isRing(name)) await store.put(name, value)
  else if (!(await store.putFirst(name, value))) {
    return refuse(
      `${name} is there already; what its keys sealed or signed needs them: npm run keys`,
    )
  }
  console.log(`${store.path}${name} is set. Functions take it up within 5 minutes.`)
}

function isRing(name: string): boolean {
  return keyRings.some((ring) => ring === name)
}

await runCommand(set)
