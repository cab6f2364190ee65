/** The nonce is the one part of the MAC that the other side chooses (T12). */
import { expect, test } from 'vitest'
import { jsonAnswer } from '../../infra/local/http-server.ts'
import { registerAtSynapse } from '../../lib/adapters/matrix/synapse.ts'
import { startStub } from './stub.ts'

test.each(['once\0eve\0a-password\0admin', 'a b', 'a\nb', 'é', ''])(
  'a nonce that may part the MAC in another way is not signed: %j',
  async (nonce) => {
    const stub = await startStub(() => jsonAnswer(200, { nonce }))
    const server = { url: stub.origin, name: 'lantern.example', seconds: 5 }
    const account = { localpart: 'robin', password: 'A-password', displayName: 'Robin' }
    const registered = registerAtSynapse(server, 'a-secret', account)
    await expect(registered).rejects.toMatchObject({ code: 'unavailable' })
    expect(stub.requests.map(({ method }) => method)).toEqual(['GET'])
  },
)
