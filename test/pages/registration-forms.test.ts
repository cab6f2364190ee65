import { expect, test } from 'vitest'
import { Failure } from '../../lib/failure.ts'
import type { AskerActions, ManagerActions } from '../../lib/pages/registration-actions.ts'
import { answerDecisionForm, answerStatusForm } from '../../lib/pages/registration-forms.ts'
import { codeOfText, sentenceOf } from '../../lib/pages/registration-problem.ts'
import type { Typed } from '../../lib/pages/registration-view.ts'
import { askers, managers } from './sample-registrations.ts'

const style = { language: 'en', communityName: 'Blåhaj Land' } as const
const places = { targets: ['matrix'], servers: { matrix: 'chat.example' } } as const
const key = { rid: 'r1d', token: 't0ken' }

/** Actions that write down what was asked of them. */
function newDesk(refusal?: Failure) {
  const done: unknown[] = []
  const note = async (...wish: readonly unknown[]) => {
    if (refusal) throw refusal
    done.push(wish)
  }
  const asker: AskerActions = {
    read: async () => askers.asked,
    answer: (text) => note('answer', text),
    complete: async (wish) => {
      await note('complete', wish)
      return { password: 'Regen-7-Turm' }
    },
    renewPassword: async () => {
      await note('renew')
      return { password: 'Neues-8-Tor' }
    },
    withdraw: () => note('withdraw'),
  }
  const manager: ManagerActions = {
    read: async () => managers.busy,
    decide: (decision) => note('decide', decision),
    atDesk: (...wish) => note(...wish),
  }
  return { asker, manager, done }
}

function asAsker(desk: Partial<AskerActions>, form: Typed) {
  const actions = { ...newDesk().asker, ...desk }
  const answering = { open: async () => actions, style, places }
  return answerStatusForm(answering, { ...key, ...form })
}

function asManager(desk: Partial<ManagerActions>, form: Typed) {
  const actions = { ...newDesk().manager, ...desk }
  const answering = { open: async () => actions, style, places }
  return answerDecisionForm(answering, { ...key, ...form })
}

test.each([
  [{}, []],
  [{ action: 'show' }, []],
  [{ action: 'answer', text: 'Ash told me.' }, [['answer', 'Ash told me.']]],
  [{ action: 'answer' }, [['answer', '']]],
  [{ action: 'complete', username: ' robin ', email: '' }, [['complete', { username: 'robin' }]]],
  [
    { action: 'complete', username: 'robin', email: ' r@mail.example ' },
    [['complete', { username: 'robin', email: 'r@mail.example' }]],
  ],
  [{ action: 'complete' }, [['complete', { username: '' }]]],
  [{ action: 'new_password' }, [['renew']]],
  [{ action: 'withdraw', confirm: 'yes' }, [['withdraw']]],
  [{ action: 'withdraw' }, []],
])('the form %j of an asker does %j', async (form, expected) => {
  const { asker, done } = newDesk()
  const { status } = await asAsker(asker, form)
  expect(status).toBe(200)
  expect(done).toEqual(expected)
})

test.each([
  [{}, []],
  [{ action: 'approve', text: ' ' }, [['decide', { status: 'approved' }]]],
  [{ action: 'approve', text: 'Hello!' }, [['decide', { status: 'approved', note: 'Hello!' }]]],
  [
    { action: 'reject', text: 'Full.', tell: 'reason' },
    [['decide', { status: 'rejected', note: 'Full.' }]],
  ],
  [{ action: 'reject', text: '' }, [['decide', { status: 'rejected' }]]],
  [
    { action: 'reject', text: 'Spam.', tell: 'decision' },
    [
      ['note', 'Spam.'],
      ['decide', { status: 'rejected' }],
    ],
  ],
  [
    { action: 'reject', text: 'Spam.', tell: 'nothing' },
    [['decide', { status: 'rejected', note: 'Spam.', silent: true }]],
  ],
  [{ action: 'reject', tell: 'nothing' }, [['decide', { status: 'rejected', silent: true }]]],
  [{ action: 'note', text: 'Hm.' }, [['note', 'Hm.']]],
  [{ action: 'ask', text: 'Who?' }, [['ask', 'Who?']]],
  [{ action: 'claim' }, [['claim']]],
  [{ action: 'release' }, [['release']]],
  [{ action: 'undo' }, [['undo']]],
])('the form %j of a manager does %j', async (form, expected) => {
  const { manager, done } = newDesk()
  const { status } = await asManager(manager, form)
  expect(status).toBe(200)
  expect(done).toEqual(expected)
})

test('the page after a form says what was done, or shows what was made', async () => {
  const answered = await asAsker({}, { action: 'answer', text: 'x' })
  expect(answered.body).toContain('Your answer is with the staff now.')
  const made = await asAsker({ read: async () => askers.making }, { action: 'complete' })
  expect(made.body).toContain('Regen-7-Turm')
  const withdrawn = await asAsker({}, { action: 'withdraw', confirm: 'yes' })
  expect(withdrawn.body).toContain('data-state="withdrawn"')
  const claimed = await asManager({}, { action: 'claim' })
  expect(claimed.body).toContain('You look after it now.')
})

test('a page after a form has no script, and carries its key in its forms alone', async () => {
  const { body, headers } = await asAsker({}, {})
  expect(headers['content-security-policy']).not.toContain('script-src')
  expect(body).not.toContain('<script')
  expect(body.replaceAll('name="token" value="t0ken"', '')).not.toContain('t0ken')
})

test('a refusal is said above the form, with what was typed still in it', async () => {
  const { asker, manager } = newDesk(new Failure('invalid_input', { text: 'Too long.' }))
  const answer = await asAsker(asker, { action: 'answer', text: 'my words' })
  expect(answer.status).toBe(422)
  expect(answer.body).toContain('Too long.')
  expect(answer.body).toContain('>my words</textarea>')
  const asking = await asManager(manager, { action: 'ask', text: 'my words' })
  expect(asking.status).toBe(422)
  expect(asking.body).toContain('>my words</textarea>')
})

test('a manager who comes second reads who was first', async () => {
  const { manager } = newDesk(new Failure('registration_decided'))
  const late = { ...manager, read: async () => managers.rejected }
  const { status, body } = await asManager(late, { action: 'approve' })
  expect(status).toBe(422)
  expect(body).toContain('Somebody was faster than you.')
  expect(body).toContain('Decided by kim@staff.example')
})

test.each(['unauthenticated', 'forbidden', 'unknown_registration'] as const)(
  'a key that is %s leads to the same page, without a challenge',
  async (code) => {
    const open = () => Promise.reject(new Failure(code))
    const answering = { open, style, places }
    const asker = await answerStatusForm(answering, key)
    const manager = await answerDecisionForm(answering, key)
    for (const reply of [asker, manager]) {
      expect(reply.status).toBe(404)
      expect(reply.body).toContain('This link does not lead anywhere')
      expect(Object.keys(reply.headers)).not.toContain('www-authenticate')
    }
  },
)

test('a key that dies while its form is answered leads to the same page', async () => {
  const { asker } = newDesk(new Failure('unauthenticated'))
  expect((await asAsker(asker, { action: 'answer' })).status).toBe(404)
})

test.each([new Failure('unavailable'), new Error('a defect')])(
  "%s is not the page's to tell",
  async (error) => {
    const answer = () => Promise.reject(error)
    await expect(asAsker({ answer }, { action: 'answer' })).rejects.toBe(error)
    await expect(asAsker({ read: answer }, {})).rejects.toBe(error)
  },
)

test('a failure is told in the language of the page, in English as exactly as it is known', () => {
  expect(sentenceOf({ status: 0 }, 'de')).toMatch(/^Der Server war nicht zu erreichen/)
  const exact = {
    status: 422,
    code: 'invalid_input',
    text: 'A username begins with a letter.',
  } as const
  expect(sentenceOf(exact, 'en')).toBe('A username begins with a letter.')
  expect(sentenceOf(exact, 'de')).toMatch(/^Unser Server hat das nicht angenommen/)
  expect(sentenceOf({ status: 500 }, 'en')).toMatch(/^Our server did not accept that/)
  expect(sentenceOf({ status: 422, code: 'username_taken' }, 'en')).toMatch(/already taken/)
  const many = { status: 429, code: 'too_many_requests', retryAfterSeconds: 240 } as const
  expect(sentenceOf(many, 'de')).toMatch(/^Zu viele Anfragen.* 4 Minuten noch einmal\.$/)
})

test('the sentence of an answer is recognised, and others are not', () => {
  expect(codeOfText('Too many requests. Please wait and try again.')).toBe('too_many_requests')
  expect(codeOfText('Something else.')).toBeUndefined()
})
