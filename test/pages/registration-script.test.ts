/** The scripts of the two pages in a real browser, in front of a stub of the API. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { axeFindings, hasBrowser, openTab, startBrowser } from './browser.ts'
import { startStub } from './registration-stub.ts'
import { askers, managers } from './sample-registrations.ts'

const rid = 'AbCdEfGhIjKlMnOpQrStUv'
const token = 'T0kenT0kenT0kenT0kenT0kenT0kenT0kenT0ken_-x'
const basic = `Basic ${Buffer.from(`${rid}:${token}`).toString('base64')}`
const challenge = { 'www-authenticate': 'Basic realm="registration"' }

describe.skipIf(!hasBrowser())('in a browser', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await startBrowser()
  })

  afterAll(() => browser?.close())

  type Registration = Parameters<typeof startStub>[0]

  async function visit(
    name: 'status' | 'decide',
    registration: Registration,
    options: BrowserContextOptions & { readonly language?: 'en' | 'de' } = {},
  ) {
    const { language = 'en', ...others } = options
    const stub = await startStub(registration, language)
    const tab = await openTab(browser, others)
    const link = `${stub.origin}/registrations/${name}#${rid}.${token}`
    await tab.page.clock.install()
    await tab.page.goto(link)
    await tab.page.waitForSelector('#page [data-state]:not([data-state=link])')
    return { ...tab, stub, link }
  }

  const state = (page: Page) => page.getAttribute('[data-state]', 'data-state')
  const focused = (page: Page) => page.evaluate('document.activeElement.id')
  const send = (page: Page, name: string) => page.getByRole('button', { name }).click()

  test('a mailed link shows the registration, and its key is in no request line and no history', async () => {
    const { page, stub, complaints } = await visit('status', askers.waiting)
    expect(await page.textContent('h1')).toBe('Your registration is waiting')
    expect(await page.textContent('.place')).toContain('3 other registrations')
    expect(await page.title()).toBe('Your registration is waiting · Blåhaj Land')
    expect(page.url()).toBe(`${stub.origin}/registrations/status`)
    expect(await page.evaluate('history.length')).toBe(2)
    expect(stub.asked.map(({ method, body }) => [method, body])).toEqual([
      ['POST', { action: 'confirm' }],
      ['GET', ''],
    ])
    for (const { url, authorization, cookie, referer } of stub.asked) {
      expect(url).not.toContain(token)
      expect([authorization, cookie, referer]).toEqual([basic, undefined, undefined])
    }
    expect(complaints).toEqual([])
  })

  test('a page that is loaded again still knows its key, another tab does not', async () => {
    const { page, stub } = await visit('status', askers.waiting)
    await page.reload()
    await page.waitForSelector('[data-state=waiting]')
    const other = await openTab(browser)
    await other.page.goto(`${stub.origin}/registrations/status`)
    expect(await state(other.page)).toBe('link')
  })

  test('a second link in the same tab shows the other registration', async () => {
    const { page, stub, link } = await visit('status', askers.waiting)
    stub.registration = askers.pick
    await page.evaluate(`location.href = ${JSON.stringify(link.replace('#A', '#B'))}`)
    await page.waitForSelector('[data-state=pick]')
    expect(stub.asked.at(-1)?.url).toBe(`/registrations/B${rid.slice(1)}/`)
  })

  test('what other people wrote is text, whatever it looks like', async () => {
    const hostile = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
    const note = { by: hostile, at: '2026-11-20T15:00:00Z', text: hostile }
    const registration = { ...managers.busy, message: hostile, notes: [note], claimed_by: hostile }
    const { page, complaints } = await visit('decide', registration)
    expect(await page.textContent('blockquote')).toBe(hostile)
    expect(await page.textContent('.written')).toBe(hostile)
    expect(await page.locator('img, main script').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('the policy of the page lets no line of script run that is not a file', async () => {
    const { page } = await visit('status', askers.waiting)
    const inline = `{
      const line = document.createElement('script')
      line.append('document.title = "run"')
      document.head.append(line)
    }`
    await page.evaluate(inline)
    expect(await page.title()).not.toBe('run')
    const refused = page.evaluate(`document.body.innerHTML = '<p>x</p>'`)
    await expect(refused).rejects.toThrow(/TrustedHTML/)
  })

  test('a link that opens nothing says so, and opens no login box', async () => {
    const stub = await startStub(askers.waiting)
    const answer = { status: 401, body: { detail: 'x' }, headers: challenge }
    stub.plan({ method: 'POST', ...answer })
    stub.plan({ method: 'GET', ...answer })
    const { page, complaints } = await openTab(browser)
    await page.goto(`${stub.origin}/registrations/status#${rid}.${token}`)
    await page.waitForSelector('[data-state=dead]')
    expect(await focused(page)).toBe('title')
    expect(complaints).toEqual([])
    await page.click('text=Enter registration and token')
    await page.waitForSelector('[data-state=link]')
  })

  test('a link that was cut off on the way is told from one that opens nothing', async () => {
    const stub = await startStub(askers.waiting)
    const { page } = await openTab(browser)
    await page.goto(`${stub.origin}/registrations/status#${rid}`)
    await page.waitForSelector('#outcome')
    expect(await page.textContent('#outcome')).toContain('This link is incomplete.')
    expect(await focused(page)).toBe('outcome')
    expect(stub.asked).toEqual([])
  })

  test('without a link the two parts are typed, by keyboard alone', async () => {
    const stub = await startStub(askers.pick)
    const { page } = await openTab(browser)
    await page.goto(`${stub.origin}/registrations/status`)
    await page.focus('#rid')
    await page.keyboard.type(rid)
    await page.keyboard.press('Tab')
    await page.keyboard.type(token)
    await page.keyboard.press('Enter')
    await page.waitForSelector('[data-state=pick]')
    expect(page.url()).toBe(`${stub.origin}/registrations/status`)
    expect(stub.asked.at(-1)?.authorization).toBe(basic)
    expect(await focused(page)).toBe('title')
  })

  test('a service that is down is told, and asked again', async () => {
    const stub = await startStub(askers.waiting)
    const body = { detail: 'x' }
    stub.plan({ method: 'GET', status: 503, body, headers: { 'retry-after': '5' } })
    const { page } = await openTab(browser)
    await page.goto(`${stub.origin}/registrations/status#${rid}.${token}`)
    await page.waitForSelector('[data-state=trouble]')
    expect(await page.textContent('#outcome')).toContain('Please try again in 5 seconds.')
    await send(page, 'Check again')
    await page.waitForSelector('[data-state=waiting]')
  })

  test.each([
    ['asker', 'status', askers.waiting, 'DELETE', 'Withdraw', askers.pick],
    ['manager', 'decide', managers.fresh, 'PUT', 'Approve', managers.rejected],
  ] as const)(
    'after an action of the %s that failed the page goes on looking',
    async (_, name, before, method, button, after) => {
      const { page, stub } = await visit(name, before)
      if (name === 'status') {
        await page.click('summary')
        await page.check('input[name=confirm]')
      }
      stub.plan({ method, status: 503, body: { detail: 'x' } })
      await send(page, button)
      await page.waitForSelector('#outcome')
      stub.registration = after
      await page.clock.runFor(31_000)
      await page.waitForSelector(`[data-state=${name === 'status' ? 'pick' : 'rejected'}]`)
    },
  )

  test('a password whose page cannot be read at once is shown with the next look', async () => {
    const { page, stub } = await visit('status', askers.pick)
    await page.fill('#username', 'robin.ash')
    const password = 'Regen-Kastanie-7-Turm'
    stub.plan({ method: 'PATCH', status: 200, body: { password } })
    stub.plan({ method: 'GET', status: 503, body: { detail: 'x' } })
    await send(page, 'Take this username')
    await page.waitForSelector('text=That was done.')
    expect(await page.locator('#outcome').count()).toBe(0)
    stub.registration = askers.making
    await page.clock.runFor(6_000)
    await page.waitForSelector('[data-state=making]')
    expect(await page.textContent('#password')).toBe(password)
  })

  test('an action after which the link opens nothing any more leaves nothing on the page', async () => {
    const { page, stub } = await visit('status', askers.asked)
    await page.fill('textarea', 'By a friend.')
    stub.plan({ method: 'POST', status: 200, body: {} })
    stub.plan({ method: 'GET', status: 401, body: { detail: 'x' } })
    await page.locator('form:has(textarea) button').click()
    await page.waitForSelector('[data-state=dead]')
  })

  test('a page that waits looks again by itself, and says what is new without taking the focus', async () => {
    const { page, stub } = await visit('status', askers.waiting)
    stub.registration = { ...askers.waiting, position: 1 }
    await page.clock.runFor(31_000)
    await page.waitForSelector('text=1 other registration')
    expect(await page.textContent('#news')).toBe('Your registration is waiting')
    stub.registration = askers.pick
    await page.clock.runFor(31_000)
    await page.waitForSelector('[data-state=pick]')
    expect(await page.textContent('#news')).toBe('Welcome! Pick your username')
    expect(await focused(page)).toBe('')
    const looks = stub.asked.length
    await page.clock.runFor(120_000)
    expect(stub.asked.length).toBe(looks)
  })

  test('a look that fails changes nothing, and one that finds nothing any more says so', async () => {
    const { page, stub } = await visit('status', askers.waiting)
    stub.plan({ method: 'GET', status: 500, body: { detail: 'x' } })
    await page.clock.runFor(31_000)
    expect(await state(page)).toBe('waiting')
    stub.plan({ method: 'GET', status: 401, body: { detail: 'x' }, headers: challenge })
    await page.clock.runFor(31_000)
    await page.waitForSelector('[data-state=dead]')
    await page.reload()
    await page.waitForSelector('[data-state=link]')
  })

  test('a look does not take away what somebody is typing, unless everything is different now', async () => {
    const { page, stub } = await visit('status', askers.asked)
    await page.fill('#answer', 'Half an ans')
    stub.registration = { ...askers.asked, position: 2 }
    await page.clock.runFor(31_000)
    expect(await page.inputValue('#answer')).toBe('Half an ans')
    stub.registration = askers.pick
    await page.clock.runFor(31_000)
    await page.waitForSelector('[data-state=pick]')
    expect(await focused(page)).toBe('title')
  })

  test('a question is answered, and a refused answer stays where it was typed', async () => {
    const { page, stub } = await visit('status', askers.asked)
    await page.fill('#answer', 'Ash told me.')
    const detail = [{ loc: ['body', 'text'], msg: 'text: Please write something.', type: 'x' }]
    stub.plan({ method: 'POST', status: 422, body: { detail } })
    await send(page, 'Send the answer')
    await page.waitForSelector('#outcome')
    expect(await page.textContent('#outcome p')).toBe('Please write something.')
    expect(await page.inputValue('#answer')).toBe('Ash told me.')
    expect(await focused(page)).toBe('outcome')
    stub.registration = askers.waiting
    await send(page, 'Send the answer')
    await page.waitForSelector('.notice')
    expect(await page.textContent('.notice')).toBe('Your answer is with the staff now.')
    expect(await focused(page)).toBe('title')
    expect(stub.changes().at(-1)).toEqual(['POST', { action: 'answer', text: 'Ash told me.' }])
  })

  test('a username is picked, the password shown once and copied, and the account watched', async () => {
    const permissions = ['clipboard-read', 'clipboard-write']
    const { page, stub, complaints } = await visit('status', askers.pick, { permissions })
    await page.fill('#username', 'robin.ash')
    stub.registration = askers.making
    stub.plan({ method: 'PATCH', status: 200, body: { password: 'Regen-7-Turm' } })
    await send(page, 'Take this username')
    await page.waitForSelector('[data-state=making]')
    expect(stub.changes()).toEqual([
      [
        'PATCH',
        { matrix_status: 'processing', username: 'robin.ash', email: 'robin@mail.example' },
      ],
    ])
    expect(await page.textContent('#password')).toBe('Regen-7-Turm')
    await send(page, 'Copy password')
    await page.waitForSelector('button:text("Copied")')
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('Regen-7-Turm')
    stub.registration = askers.ready
    await page.clock.runFor(4_000)
    await page.waitForSelector('[data-state=ready]')
    expect(await page.textContent('#password')).toBe('Regen-7-Turm')
    expect(await page.evaluate('JSON.stringify(sessionStorage)')).not.toContain('Regen')
    await page.reload()
    await page.waitForSelector('[data-state=ready]')
    expect(await page.locator('#password').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('a browser that does not copy says that it is done by hand', async () => {
    const { page, stub } = await visit('status', askers.ready)
    await page.evaluate('navigator.clipboard.writeText = () => Promise.reject(new Error("no"))')
    stub.plan({ method: 'POST', status: 200, body: { password: 'Neues-8-Tor' } })
    await send(page, 'Make a new password')
    await page.waitForSelector('#password')
    expect(stub.changes()).toEqual([['POST', { action: 'new_password' }]])
    await send(page, 'Copy password')
    await page.waitForFunction(`document.getElementById('news').textContent !== ''`)
    expect(await page.textContent('#news')).toContain('by hand')
  })

  test('a name that is taken is refused in its field, in the language of the page', async () => {
    const { page, stub } = await visit('status', askers.pick, { language: 'de' })
    await page.fill('#username', 'admin')
    const detail = 'This username is already taken. Please choose another one.'
    stub.plan({ method: 'PATCH', status: 422, body: { detail } })
    await send(page, 'Diesen Namen nehmen')
    await page.waitForSelector('#outcome')
    expect(await page.textContent('#outcome p')).toContain('schon vergeben')
    expect(await page.inputValue('#username')).toBe('admin')
  })

  test('a registration is withdrawn only with the box ticked, and its key is forgotten', async () => {
    const { page, stub } = await visit('status', askers.waiting)
    await page.click('summary')
    await page.getByRole('button', { name: 'Withdraw' }).click()
    expect(stub.changes()).toEqual([])
    await page.check('input[name=confirm]')
    stub.plan({ method: 'DELETE', status: 204 })
    await page.getByRole('button', { name: 'Withdraw' }).click()
    await page.waitForSelector('[data-state=withdrawn]')
    expect(stub.changes()).toEqual([['DELETE', '']])
    await page.reload()
    await page.waitForSelector('[data-state=link]')
  })

  test('a line that breaks keeps what was typed', async () => {
    const { page } = await visit('status', askers.asked)
    await page.fill('#answer', 'Ash told me.')
    await page.context().setOffline(true)
    await send(page, 'Send the answer')
    await page.waitForSelector('#outcome')
    expect(await page.textContent('#outcome p')).toContain('could not be reached')
    expect(await page.inputValue('#answer')).toBe('Ash told me.')
    await page.context().setOffline(false)
    await send(page, 'Send the answer')
    await page.waitForSelector('.notice')
  })

  test.each([
    [0, [['PUT', { status: 'rejected', note: 'We are full.' }]]],
    [
      1,
      [
        ['POST', { action: 'note', text: 'We are full.' }],
        ['PUT', { status: 'rejected' }],
      ],
    ],
    [2, [['PUT', { status: 'rejected', note: 'We are full.', silent: true }]]],
  ])('a manager rejects by choice %d with %j', async (choice, changes) => {
    const { page, stub } = await visit('decide', managers.fresh)
    await page.fill('#reject-text', 'We are full.')
    await page.locator('input[name=tell]').nth(choice).check()
    stub.registration = managers.rejected
    await send(page, 'Reject')
    await page.waitForSelector('[data-state=rejected]')
    expect(stub.changes()).toEqual(changes)
    expect(await page.textContent('.notice')).toBe('The registration is rejected.')
    expect(await focused(page)).toBe('title')
  })

  test('a manager claims, notes, asks, approves and undoes', async () => {
    const { page, stub } = await visit('decide', managers.fresh)
    await send(page, 'I look after it')
    await page.waitForSelector('.notice:text("You look after it now.")')
    await page.fill('#note-text', 'Nice.')
    await send(page, 'Add the note')
    await page.waitForSelector('.notice:text("The note is kept.")')
    await page.fill('#ask-text', 'Who are you?')
    await send(page, 'Send the question')
    await page.waitForSelector('.notice:text("on its way")')
    stub.registration = managers.rejected
    await page.fill('#approve-text', 'Welcome!')
    await send(page, 'Approve')
    await page.waitForSelector('[data-state=rejected]')
    await send(page, 'Undo the rejection')
    await page.waitForSelector('.notice:text("undone")')
    expect(stub.changes()).toEqual([
      ['POST', { action: 'claim' }],
      ['POST', { action: 'note', text: 'Nice.' }],
      ['POST', { action: 'ask', text: 'Who are you?' }],
      ['PUT', { status: 'approved', note: 'Welcome!' }],
      ['POST', { action: 'undo' }],
    ])
  })

  test('a manager who comes second reads who was first', async () => {
    const { page, stub } = await visit('decide', managers.fresh)
    stub.registration = managers.rejected
    const detail = 'This registration was decided already.'
    stub.plan({ method: 'PUT', status: 422, body: { detail } })
    await send(page, 'Approve')
    await page.waitForSelector('[data-state=rejected]')
    expect(await page.textContent('#outcome')).toContain('Somebody was faster than you.')
    expect(await page.textContent('.lead')).toContain('Decided by kim@staff.example')
    expect(await focused(page)).toBe('outcome')
  })

  const looks = [
    { language: 'en', colorScheme: 'light', viewport: { width: 1200, height: 800 } },
    { language: 'de', colorScheme: 'dark', viewport: { width: 320, height: 700 } },
  ] as const

  test.each(looks)(
    'axe finds nothing while the script looks after the page, $language, $colorScheme',
    { timeout: 60_000 },
    async (look) => {
      const asker = await visit('status', askers.asked, look)
      await asker.page.click('summary')
      expect(await axeFindings(asker.page)).toEqual([])
      asker.stub.plan({ method: 'POST', status: 422, body: { detail: 'x' } })
      await asker.page.fill('#answer', 'x')
      await asker.page.click('form button >> nth=0')
      await asker.page.waitForSelector('#outcome')
      expect(await axeFindings(asker.page)).toEqual([])
      const ready = await visit('status', askers.ready, look)
      ready.stub.plan({ method: 'POST', status: 200, body: { password: 'Neues-8-Tor' } })
      await ready.page.click('form button')
      await ready.page.waitForSelector('#password')
      expect(await axeFindings(ready.page)).toEqual([])
      const manager = await visit('decide', managers.busy, look)
      expect(await axeFindings(manager.page)).toEqual([])
      const width = await manager.page.evaluate('document.documentElement.scrollWidth')
      expect(width).toBe(look.viewport.width)
    },
  )
})
