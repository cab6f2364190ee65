import {
  accept,
  type HostWish,
  isAgreed,
  newRequest,
  runHostCommand,
  targetUsage,
} from './host/host-command.ts'
import type { HostAnswer } from './host/installer-wire.ts'
import { keepFacts, printWarnings } from './host/keep-facts.ts'
import type { OperatorLine } from './host/operator-line.ts'
import { keyFile, makeKey, publicKeys } from './host/worker-key.ts'
import { stageSettings } from './stage-environment.ts'

const usage = `Puts the gate on a YunoHost host, or brings it up to date. Shows what it will do and asks first.

  npm run host:install -- ${targetUsage}

  --domain DOMAIN   mail domain of new accounts, as often as needed; else the stage's MAIL_DOMAIN or what is installed
  --key FILE        public key of the worker, two of them while keys are rotated; without it the
                    installed ones stay, and the first time a pair is made
  --from PATTERN    lets the key in from these addresses only, '*' from all; without it the installed ones stay
  --dry-run         shows the plan and ends
  --yes             does not ask`

async function install(line: OperatorLine, wish: HostWish): Promise<void> {
  const domains = wish.domains.length > 0 ? wish.domains : await usualDomains(wish)
  const keys = await publicKeys(wish.keys)
  const request = await newRequest({ domains, keys, from: wish.from })
  const first = accept(await line.ask({ ...request, op: 'plan_install' }))
  if (first === undefined) return
  const isNew = !first.hasKeys && !wish.isDryRun
  const full = isNew ? { ...request, keys: [await makeKey()] } : request
  const plan = isNew ? accept(await line.ask({ ...full, op: 'plan_install' })) : first
  if (plan === undefined) return
  if (plan.steps.length === 0) {
    console.log('Everything is in place already.')
    return finish(line, wish, plan)
  }
  if (!(await isAgreed(plan.steps, wish))) return
  const done = accept(await line.ask({ ...full, op: 'install', steps: plan.steps }))
  if (done === undefined) return
  console.log('The gate is in place and answers its account.')
  await finish(line, wish, done)
}

async function usualDomains({ stage }: HostWish): Promise<readonly string[]> {
  const domain =
    stage === undefined ? process.env['MAIL_DOMAIN'] : (await stageSettings(stage))['MAIL_DOMAIN']
  return domain ? [domain] : []
}

async function finish(
  line: OperatorLine,
  { stage }: HostWish,
  { facts, account }: HostAnswer,
): Promise<void> {
  if (facts === undefined) return
  printWarnings(facts)
  await keepFacts(facts, stage)
  console.log(`
Settings: HOST_ADDRESS=${line.address} HOST_PORT=${line.port} HOST_USER=${account}
Secret ssh-host-keys (the fingerprints of the host's keys):
${JSON.stringify(facts.fingerprints)}
Secret ssh-key: the private key; one that was made here lies in ${keyFile} until you delete it.`)
}

await runHostCommand(usage, install)
