/** Lets happen what a plan says goes wrong, and writes down from when to when. */
import { setTimeout as sleep } from 'node:timers/promises'
import { PurgeQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import type { Lane } from '../../lib/queue/queue.ts'
import { beginFault, type Diary, marksOfHost, marksOfKill, marksOfLine } from '../checker/diary.ts'
import type { Crew } from './crew.ts'
import type { Place } from './place.ts'
import type { Trouble } from './plan.ts'

/** What trouble strikes. */
export interface Target {
  readonly place: Place
  readonly crew: Crew
  readonly diary: Diary
  /** Bodies that were sent to be refused. */
  readonly spoilt: string[]
}

/** Done when it is over. */
export async function strike(target: Target, trouble: Trouble): Promise<void> {
  switch (trouble.kind) {
    case 'line':
      return breakLine(target, trouble)
    case 'host':
      return breakHost(target, trouble)
    case 'chat':
      return breakChat(target, trouble)
    case 'kill':
      return killWorker(target, trouble)
    case 'messages':
      return mixMessages(target, trouble.what)
    default:
      return trouble satisfies never
  }
}

type Of<Kind extends Trouble['kind']> = Extract<Trouble, { kind: Kind }>

async function breakLine({ place, diary }: Target, { line, fault, forMs }: Of<'line'>) {
  const end = beginFault(diary, `line ${line}: ${fault.kind}`, marksOfLine(line))
  const proxy = place.lines.get(line)
  await proxy?.set(fault)
  await sleep(forMs)
  await proxy?.set({ kind: 'pass' })
  end()
}

async function breakHost({ place, diary }: Target, { faults, forMs }: Of<'host'>) {
  const names = faults.map(({ fault }) => fault)
  const end = beginFault(diary, `host: ${names.join(', ')}`, marksOfHost(names))
  await place.host.setFaults(faults)
  await sleep(forMs)
  await place.host.setFaults([])
  end()
}

async function breakChat({ place, diary }: Target, { fault, forMs }: Of<'chat'>) {
  const { discord } = place.servers
  const end = beginFault(diary, `chat: ${fault.kind}`, { isAmbiguous: fault.kind === 'silent' })
  discord.setFault(place.installation.name, fault)
  await sleep(forMs)
  discord.setFault(place.installation.name, undefined)
  end()
}

async function killWorker({ crew, diary }: Target, { worker, forMs }: Of<'kill'>) {
  const end = beginFault(diary, `kill: worker ${worker}`, marksOfKill)
  await crew.kill(worker)
  await sleep(forMs)
  crew.replace(worker)
  end()
}

let sent = 0

async function mixMessages(target: Target, what: Of<'messages'>['what']): Promise<void> {
  const { place, diary, spoilt } = target
  beginFault(diary, `messages: ${what}`)()
  const waiting = await place.db
    .collection<{ _id: string; lane: Lane }>('tasks_queue')
    .find()
    .toArray()
  switch (what) {
    case 'lose':
      return loseAll(place)
    case 'double':
      for (const task of [...waiting, ...waiting]) await ring(place, task.lane, toBody(task._id))
      return
    case 'reverse':
      for (const task of waiting.reverse()) await ring(place, task.lane, toBody(task._id))
      return
    case 'spoil':
      spoilt.push(`{"spoilt":${sent}`)
      return ring(place, 'host', spoilt.at(-1) ?? '')
    default:
      return what satisfies never
  }
}

async function loseAll({ servers, installation }: Place): Promise<void> {
  for (const lane of ['host', 'post'] as const) {
    const QueueUrl = installation.queueUrls[lane]
    await servers.queues.client.send(new PurgeQueueCommand({ QueueUrl }))
  }
}

function toBody(taskId: string): string {
  return JSON.stringify({ v: 1, taskId })
}

async function ring({ servers, installation }: Place, lane: Lane, body: string): Promise<void> {
  sent += 1
  const message = { MessageBody: body, MessageDeduplicationId: `soak-${sent}` }
  const target = { QueueUrl: installation.queueUrls[lane], MessageGroupId: 'host' }
  await servers.queues.client.send(new SendMessageCommand({ ...target, ...message }))
}
