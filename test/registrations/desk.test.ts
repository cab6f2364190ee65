import { expect, test } from 'vitest'
import { managers } from '../../infra/local/installation.ts'
import { formatMoment } from '../../lib/language/formats.ts'
import { newTestWorld } from '../support/world.ts'
import { atDesk, callWith, mailedKey, submit } from './people.ts'

const robin = 'robin@mail.example'
const [ada, ben] = managers

async function newDesk() {
  const world = await newTestWorld()
  const key = await submit(world, { email: robin })
  await world.runWorkers()
  const [one, other] = [await mailedKey(world, ada), await mailedKey(world, ben)]
  const desks = {
    asker: atDesk(world, key),
    ada: atDesk(world, one),
    ben: atDesk(world, other),
  }
  return { world, key, one, ...desks }
}

test('who claims a registration is known to the others, who cannot take it', async () => {
  const desk = await newDesk()
  expect((await desk.ada({ action: 'claim' })).body.claimed_by).toBe(ada)
  expect((await desk.ada({ action: 'claim' })).status).toBe(200)
  for (const action of ['claim', 'release']) {
    const refused = await desk.ben({ action })
    expect([refused.status, refused.body.detail]).toEqual([422, expect.stringContaining(ada)])
  }
  expect((await desk.ada({ action: 'release' })).body.claimed_by).toBeNull()
  expect((await desk.ben({ action: 'claim' })).body.claimed_by).toBe(ben)
  const token = await desk.world.as('staff')
  const path = `/registrations/${desk.key.rid}/desk`
  const taken = await desk.world.call('POST', path, { token, body: { action: 'release' } })
  expect(taken.body.claimed_by).toBeNull()
})

test('notes are for staff, in order, and the asker never sees them', async () => {
  const desk = await newDesk()
  await desk.ada({ action: 'note', text: 'Seems kind.' })
  const { body } = await desk.ben({ action: 'note', text: 'I know them.' })
  expect(body.notes).toMatchObject([
    { by: ada, text: 'Seems kind.' },
    { by: ben, text: 'I know them.' },
  ])
  const seen = await callWith(desk.world, desk.key)('GET')
  expect(seen.text).not.toMatch(/kind|know/)
})

test('a question is mailed without its text, answered once, and asked again', async () => {
  const desk = await newDesk()
  expect((await desk.asker({ action: 'answer', text: 'What?' })).status).toBe(422)
  await desk.ada({ action: 'ask', text: 'Who invited you?' })
  await desk.world.runWorkers()
  const mails = (await desk.world.mails()).filter(({ to }) => to.includes(robin))
  expect(mails.at(-1)?.subject).toBe('The staff have a question for you')
  expect(mails.at(-1)?.text).not.toContain('invited')
  const link = await mailedKey(desk.world, robin)
  expect((await callWith(desk.world, link)('GET')).body.question).toBe('Who invited you?')
  const answered = await desk.asker({ action: 'answer', text: 'Sandy did.' })
  expect(answered.body.question).toBeNull()
  expect((await desk.asker({ action: 'answer', text: 'Or Kim.' })).status).toBe(422)
  const seen = await callWith(desk.world, desk.one)('GET')
  expect(seen.body).toMatchObject({
    question: { by: ada, text: 'Who invited you?' },
    answer: { text: 'Sandy did.' },
  })
  const again = await desk.ben({ action: 'ask', text: 'Which Sandy?' })
  expect(again.body).toMatchObject({ question: { by: ben }, answer: null })
})

test('a rejection is undone while the registration lives, unless the address has another one', async () => {
  const desk = await newDesk()
  const put = { body: { status: 'rejected', note: 'No' } }
  expect((await desk.ada({ action: 'undo' })).status).toBe(422)
  await callWith(desk.world, desk.one)('PUT', put)
  expect((await desk.ada({ action: 'ask', text: 'Why?' })).status).toBe(422)
  const undone = await desk.ben({ action: 'undo' })
  expect(undone.body).toMatchObject({
    status: 'pending',
    decided_by: null,
    note: null,
    position: 0,
  })
  await callWith(desk.world, desk.one)('PUT', put)
  await atDesk(desk.world, await mailedKey(desk.world, robin))({ action: 'confirm' })
  const second = await submit(desk.world, { email: robin })
  expect((await desk.ada({ action: 'undo' })).status).toBe(422)
  await desk.world.runWorkers()
  const seen = await callWith(desk.world, await mailedKey(desk.world, ada))('GET')
  expect(seen.body).toMatchObject({ rid: second.rid, history: [{ status: 'rejected' }] })
})

test('an undone rejection is told to the other managers, and to nobody else', async () => {
  const desk = await newDesk()
  const { body } = await callWith(desk.world, desk.one)('GET')
  await callWith(desk.world, desk.one)('PUT', { body: { status: 'rejected', note: 'No' } })
  await desk.world.runWorkers()
  const before = (await desk.world.mails()).length
  expect((await desk.ada({ action: 'undo' })).status).toBe(200)
  await desk.world.runWorkers()
  const told = (await desk.world.mails()).slice(before)
  expect(told.map(({ to, subject }) => [to, subject])).toEqual([[[ben], 'A rejection was undone']])
  const [{ text } = { text: '' }] = told
  expect(text).toContain(`Undone by: ${ada}`)
  expect(text).toContain(`Received: ${formatMoment(new Date(body.created), 'en')}`)
  expect(text).not.toMatch(/robin|No$/m)
})

test('where no address is known a question waits on the page, and a rejection can be undone', async () => {
  const world = await newTestWorld()
  const key = await submit(world)
  await world.runWorkers()
  const manager = await mailedKey(world, ada)
  const before = (await world.mails()).length
  const desk = atDesk(world, manager)
  expect((await desk({ action: 'ask', text: 'Who are you?' })).status).toBe(200)
  expect((await callWith(world, key)('GET')).body.question).toBe('Who are you?')
  await world.runWorkers()
  expect(await world.mails()).toHaveLength(before)
  await callWith(world, manager)('PUT', { body: { status: 'rejected' } })
  expect((await desk({ action: 'undo' })).body.status).toBe('pending')
  expect((await callWith(world, key)('GET')).body.question).toBe('Who are you?')
  await submit(world)
  await world.runWorkers()
  const other = await mailedKey(world, ada)
  await callWith(world, other)('PUT', { body: { status: 'rejected' } })
  expect((await atDesk(world, other)({ action: 'undo' })).body.status).toBe('pending')
})

test('what became of earlier registrations of an address is remembered without the address', async () => {
  const desk = await newDesk()
  await atDesk(desk.world, await mailedKey(desk.world, robin))({ action: 'confirm' })
  await callWith(desk.world, desk.key)('DELETE')
  const text = JSON.stringify(
    await desk.world.db.collection('registration_traces').find().toArray(),
  )
  expect(text).not.toMatch(new RegExp(`robin|${desk.key.rid}`))
  await submit(desk.world, { email: robin })
  await desk.world.runWorkers()
  const seen = await callWith(desk.world, await mailedKey(desk.world, ada))('GET')
  expect(seen.body.history).toMatchObject([{ status: 'withdrawn' }])
})

test('the address is confirmed by the token that was mailed, not by that of the answer', async () => {
  const desk = await newDesk()
  const manager = callWith(desk.world, desk.one)
  expect((await desk.asker({ action: 'confirm' })).status).toBe(200)
  expect((await manager('GET')).body.address_confirmed).toBe(false)
  const mailed = await mailedKey(desk.world, robin)
  // Mail scanners open every link: reading changes nothing (T34).
  await callWith(desk.world, mailed)('GET')
  expect((await manager('GET')).body.address_confirmed).toBe(false)
  await atDesk(desk.world, mailed)({ action: 'confirm' })
  await atDesk(desk.world, mailed)({ action: 'confirm' })
  expect((await manager('GET')).body.address_confirmed).toBe(true)
})

test.each(['claim', 'release', 'note', 'ask', 'undo'])('an asker cannot %s', async (action) => {
  const desk = await newDesk()
  expect((await desk.asker({ action, text: 'x' })).status).toBe(403)
})

test.each(['answer', 'confirm', 'new_password'])('a manager cannot %s', async (action) => {
  const desk = await newDesk()
  expect((await desk.ada({ action, text: 'x' })).status).toBe(403)
})

test.each([
  [{ action: 'dance' }, 'action'],
  [{ action: 'note' }, 'text'],
  [{ action: 'ask', text: '  ' }, 'text'],
  [{ action: 'note', text: 'x'.repeat(2001) }, 'text'],
])('%j is 422 and says where', async (body, field) => {
  const desk = await newDesk()
  const answer = await desk.ada(body)
  expect([answer.status, answer.body.detail[0].loc]).toEqual([422, ['body', field]])
})
