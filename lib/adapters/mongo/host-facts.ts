import type { Records } from '../../ports.ts'
import type { Scope } from './collections.ts'

/** What the host demands of passwords, in MongoDB: one document, replaced as a whole. */
export function mongoHostFacts({ collections, tx, run }: Scope): Records['hostFacts'] {
  const { hostFacts } = collections
  return {
    find: () =>
      run(async () => {
        const document = await hostFacts.findOne({ _id: 'latest' }, tx)
        if (document === null) return undefined
        const { _id, ...facts } = document
        return facts
      }),
    replace: (facts) =>
      run(async () => {
        await hostFacts.replaceOne({ _id: 'latest' }, facts, { upsert: true, ...tx })
      }),
  }
}
