/** The document that an upsert gives back. Throws where there is none, which only the driver's types allow. */
export function upserted<Document>(document: Document | null): Document {
  if (document === null) throw new Error('An upsert gave no document back')
  return document
}
