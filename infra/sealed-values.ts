import type { Db } from 'mongodb'
import * as z from 'zod'
import { connectTo } from '../lib/adapters/mongo/client.ts'

const sealedValue = z.object({ keyId: z.string(), nonce: z.string(), ciphertext: z.string() })

/** How many sealed values a database has by the id of their key; it looks into every document of every collection. */
export async function countSealedValues(uri: string): Promise<ReadonlyMap<string, number>> {
  const { client, db } = connectTo(uri)
  try {
    return await countIn(db)
  } finally {
    await client.close()
  }
}

async function countIn(db: Db): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
    for await (const document of db.collection(name).find()) addKeyIds(counts, document)
  }
  return counts
}

function addKeyIds(counts: Map<string, number>, document: unknown): void {
  for (const id of keyIdsIn(document)) counts.set(id, (counts.get(id) ?? 0) + 1)
}

function keyIdsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  const read = sealedValue.safeParse(value)
  return read.success ? [read.data.keyId] : Object.values(value).flatMap(keyIdsIn)
}
