import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { openLine } from '../lib/adapters/ssh-line.ts'
import { HostError } from '../lib/yunohost/gate.ts'
import { refuse } from './console.ts'
import {
  accept,
  type HostWish,
  newRequest,
  runHostCommand,
  targetUsage,
} from './host/host-command.ts'
import { keepFacts, printWarnings } from './host/keep-facts.ts'
import type { OperatorLine } from './host/operator-line.ts'
import { keyFile } from './host/worker-key.ts'

const usage = `Tests the gate on a host and says in sentences what is wrong. Changes nothing there.

  npm run host:check -- ${targetUsage}

  --key FILE   private key of the worker, to try its own way in, too; else the pair that host:install made`

async function check(line: OperatorLine, wish: HostWish): Promise<void> {
  const answer = accept(await line.ask({ ...(await newRequest({})), op: 'check' }))
  if (answer?.facts === undefined) return
  const { facts, account } = answer
  const way = { user: account, pins: facts.fingerprints }
  const outside = await tryDoor(line, wish.keys[0] ?? keyFile, way)
  const wrong = [...answer.wrong, ...outside]
  for (const sentence of wrong) console.log(`Wrong: ${sentence}`)
  printWarnings(facts)
  await keepFacts(facts, wish.stage)
  if (wrong.length > 0) return refuse('npm run host:install puts right what it can.')
  console.log(`All is well: YunoHost ${facts.version}.`)
}

/** The worker's own way: its key, the pinned host key, the forced command. */
async function tryDoor(
  { address, port }: OperatorLine,
  file: string,
  way: { readonly user: string; readonly pins: readonly string[] },
): Promise<string[]> {
  if (!existsSync(file)) {
    console.log("The worker's private key is not here, so its way over SSH was not tried.")
    return []
  }
  const privateKey = await readFile(file, 'utf8')
  const target = { address, port, ...way, connectSeconds: 10, keepAliveSeconds: 10, privateKey }
  try {
    const door = await openLine(target)
    const call = { input: '{"v":1,"op":"version"}', timeoutSeconds: 130, mostBytes: 65_536 }
    const { stdout } = await door.run('echo this-is-a-shell', call)
    door.close()
    if (stdout.includes('this-is-a-shell')) return ['The key opens a shell, not the gate.']
    return stdout.includes('"class": "ok"') ? [] : ['The gate does not answer over SSH.']
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    return [`The worker's way over SSH is closed: ${error.message}.`]
  }
}

await runHostCommand(usage, check)
