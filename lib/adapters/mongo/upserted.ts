import { brokenKey } from './errors.ts'

/** The document that an upsert gives back. Throws where there is none, which only the driver's types allow. */
export function upserted<Document>(document: Document | null): Document {
  if (document === null) throw new Error('An upsert gave no document back')
  return document
}

/** Calls an upsert once more where two first ones collide: the second then finds the document. */
export async function upsertingAgain<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call()
  } catch (error) {
    if (brokenKey(error) === undefined) throw error
    return call()
  }
}
