/** T11: no header of a request gets into a mail or an address. */
import { expect, test } from 'vitest'
import { askForAccount, linkIn } from '../support/story.ts'
import { newTestWorld } from '../support/world.ts'

const hostile: ReadonlyArray<Readonly<Record<string, string>>> = [
  { host: 'evil.example' },
  { host: 'gatehouse.example:80@evil.example' },
  { 'x-forwarded-host': 'evil.example' },
  { 'x-forwarded-proto': 'http', 'x-forwarded-port': '8080' },
  { forwarded: 'host=evil.example;proto=http' },
  { 'x-original-url': 'https://evil.example/', 'x-rewrite-url': '/evil.example' },
  { origin: 'https://evil.example', referer: 'https://evil.example/' },
]

test.each(hostile)('%o changes no link of a reset mail', async (headers) => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin' })
  const body = { username: 'robin' }
  expect((await world.call('POST', '/request_password_reset', { body, headers })).status).toBe(200)
  await world.wake('post')
  const [mail] = await world.mails()
  expect(linkIn(mail)).toMatch(/^https:\/\/gatehouse\.example\/password_reset\?token=/)
  expect(JSON.stringify(mail)).not.toMatch(/evil|http:\/\/gatehouse|:8080/)
})

test('an absolute address in the request line changes nothing either', async () => {
  const world = await newTestWorld()
  const answer = await world.call('GET', 'http://evil.example/HEALTH')
  expect([308, 400, 404]).toContain(answer.status)
  expect(answer.headers['location'] ?? '/').not.toContain('evil')
})

test('no header of a request comes back in the answer', async () => {
  const { call } = await newTestWorld()
  for (const headers of hostile) {
    for (const path of ['/', '/nowhere', '/HEALTH', '/password_reset', '/reset_password']) {
      const answer = await call('GET', path, { headers: { ...headers, accept: 'text/html' } })
      expect(JSON.stringify([answer.headers, answer.text])).not.toContain('evil')
    }
  }
})

test('a name of the form of a header or of markup gets into no mail', async () => {
  const world = await newTestWorld()
  await askForAccount(world, { username: 'robin', display_name: "Robin O'Ash" })
  await world.runWorkers()
  const [mail] = await world.mails()
  expect(mail?.to).toEqual(['robin@mail.example'])
  expect(mail?.text).toContain("Robin O'Ash")
})
