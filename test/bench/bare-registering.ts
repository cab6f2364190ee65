import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import * as z from 'zod'
import { ringSealer } from '../../lib/adapters/keys.ts'
import { connectTo } from '../../lib/adapters/mongo/client.ts'
import type { RegistrationDocument, TaskDocument } from '../../lib/adapters/mongo/collections.ts'
import { openPorts } from '../../lib/adapters/world.ts'
import { openSecrets } from '../../lib/queue/new-task.ts'
import { queueClient } from './bare-calls.ts'
import type { BenchGatehouse } from './gatehouse.ts'

const personalBytes = 1000
const mostAhead = 100
const announced = z.object({ managers: z.tuple([z.object({ token: z.string() })], z.unknown()) })

/**
 * Taking and showing registrations without Gatehouse. `write`: one sealed document and one message; `read`: one document
 * by its key. `writeAll` and `readAll` make every call that the handlers make.
 */
export async function openBareRegistering(gatehouse: BenchGatehouse) {
  const { client, db } = connectTo(gatehouse.databaseUri)
  const sqs = queueClient(gatehouse)
  const registrations = db.collection<RegistrationDocument>('registrations')
  const tasks = db.collection<TaskDocument>('tasks_queue')
  const counters = db.collection<{ _id: string; value: number }>('counters')
  const { registration, task } = await readModels(gatehouse)
  const key = randomBytes(32)
  const plain = randomBytes(personalBytes).toString('base64url')
  const toDocument = (): RegistrationDocument => {
    const rid = newName()
    const sealed = { keyId: registration.sealed.keyId, ...seal(plain, { key, rid }) }
    const createdAt = new Date()
    const addressKey = newName()
    return { ...registration, _id: rid, sealed, addressKey, createdAt, modifiedAt: createdAt }
  }
  const send = (taskId: string) =>
    sqs.send(
      new SendMessageCommand({
        QueueUrl: gatehouse.queueUrls.post,
        MessageBody: JSON.stringify({ v: 1, taskId }),
        MessageGroupId: sha256(taskId),
        MessageDeduplicationId: `${taskId}#0`,
      }),
    )
  const countBefore = (createdAt: Date) =>
    registrations.countDocuments(
      { waits: true, createdAt: { $lt: createdAt } },
      { limit: mostAhead },
    )
  const read = (rid: string) => registrations.findOne({ _id: rid })
  return {
    read,
    readAll: async (rid: string) => {
      const found = await read(rid)
      if (found !== null) await countBefore(found.createdAt)
    },
    write: async () => {
      const document = toDocument()
      await registrations.insertOne(document)
      await send(document._id)
    },
    writeAll: async () => {
      const document = toDocument()
      const count = { upsert: true, returnDocument: 'after' } as const
      await counters.findOneAndUpdate({ _id: newName() }, { $inc: { value: 1 } }, count)
      await registrations.estimatedDocumentCount()
      await client.withSession((session) =>
        session.withTransaction(async () => {
          await registrations.insertOne(document, { session })
          await tasks.insertOne({ ...task, ...namesOfTask() }, { session })
        }),
      )
      await Promise.all([send(document._id), countBefore(document.createdAt)])
    },
    /** What opens a stored one to the first manager, from the letters that are to be written. */
    managersKey: async (rid: string) => {
      const task = await tasks.findOne({ action: 'announce_registration', 'input.rid': rid })
      const { sealer } = await openPorts({ sealer: ringSealer }, gatehouse.world)
      const written = { id: task?._id ?? '', sealed: task?.sealed ?? {} }
      const { letters = '{}' } = await openSecrets(sealer, written)
      return { rid, token: announced.parse(JSON.parse(letters)).managers[0].token }
    },
    setDecided: (rid: string) =>
      registrations.updateOne({ _id: rid }, { $set: { status: 'rejected' }, $unset: { waits: 1 } }),
    /** Leaves this one alone, so that the length of a run changes nothing. */
    clear: async (rid: string) => {
      await registrations.deleteMany({ _id: { $ne: rid } })
      await db.collection('registration_addresses').deleteMany()
      await tasks.deleteMany()
    },
    close: async () => {
      await client.close()
      sqs.destroy()
    },
  }
}

async function readModels({ db }: BenchGatehouse) {
  const registration = await db.collection<RegistrationDocument>('registrations').findOne()
  const task = await db.collection<TaskDocument>('tasks_queue').findOne()
  if (!registration || !task) throw new Error('The handler has stored nothing yet.')
  return { registration, task }
}

function namesOfTask(): Pick<TaskDocument, '_id' | 'resource' | 'headOf'> {
  const resource = `registration:${newName()}`
  return { _id: newName(), resource, headOf: `post ${resource}` }
}

function newName(): string {
  return randomBytes(16).toString('base64url')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function seal(plain: string, { key, rid }: { readonly key: Buffer; readonly rid: string }) {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(rid))
  const bytes = [cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]
  return {
    nonce: nonce.toString('base64url'),
    ciphertext: Buffer.concat(bytes).toString('base64url'),
  }
}
