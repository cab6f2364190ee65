import type { Records } from '../../ports.ts'
import type { Scope } from './collections.ts'

/** The copy of the host's names in MongoDB: one document, replaced as a whole. */
export function mongoHostNames({ collections, tx, run }: Scope): Records['hostNames'] {
  const { hostNames } = collections
  return {
    find: () =>
      run(async () => {
        const document = await hostNames.findOne({ _id: 'latest' }, tx)
        if (document === null) return undefined
        const { _id, ...copy } = document
        return copy
      }),
    replace: (copy) =>
      run(async () => {
        await hostNames.replaceOne({ _id: 'latest' }, copy, { upsert: true, ...tx })
      }),
  }
}
