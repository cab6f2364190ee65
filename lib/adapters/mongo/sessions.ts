import type { Records } from '../../ports.ts'
import type { Scope } from './collections.ts'

/** Sessions in MongoDB. */
export function mongoSessions({ collections, tx, run }: Scope): Records['sessions'] {
  const { sessions } = collections
  return {
    find: (id) =>
      run(async () => {
        const document = await sessions.findOne({ _id: id }, tx)
        if (document === null) return undefined
        const { _id, ...rest } = document
        return { id: _id, ...rest }
      }),
    insert: ({ id, ...rest }) =>
      run(async () => {
        await sessions.insertOne({ _id: id, ...rest }, tx)
      }),
    endAll: (username) =>
      run(async () => {
        await sessions.deleteMany({ username }, tx)
      }),
  }
}
