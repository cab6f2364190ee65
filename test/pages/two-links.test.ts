/** Two links in one tab, one after the other: what belongs to the one is not shown under the other. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, openTab, startBrowser } from './browser.ts'
import { startStub } from './registration-stub.ts'
import { askers, managers } from './sample-registrations.ts'

const first = 'AbCdEfGhIjKlMnOpQrStUv'
const second = 'BbCdEfGhIjKlMnOpQrStUv'
const token = 'T0kenT0kenT0kenT0kenT0kenT0kenT0kenT0ken_-x'

const baker = { ...managers.fresh, message: 'I am a baker.' }
const smith = { ...managers.fresh, message: 'I am a smith.' }

describe.skipIf(!hasBrowser())('in a browser', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await startBrowser()
  })

  afterAll(() => browser?.close())

  async function visit(name: 'status' | 'decide', registration: typeof baker | typeof askers.pick) {
    const stub = await startStub(registration)
    const { page } = await openTab(browser)
    const link = (rid: string) => `${stub.origin}/registrations/${name}#${rid}.${token}`
    await page.clock.install()
    await page.goto(link(first))
    await page.waitForSelector('#page [data-state]:not([data-state=link])')
    return { page, stub, openSecond: () => follow(page, link(second)), link }
  }

  const follow = (page: Page, link: string) => page.evaluate(`location.href = '${link}'`)
  const send = (page: Page, name: string) => page.getByRole('button', { name }).click()
  const message = (page: Page) => page.textContent('blockquote')

  /** Keeps the next answer to a request on its way until it is let go. */
  async function hold(page: Page, rid: string, method: string) {
    const { promise: letGo, resolve: release } = Promise.withResolvers<void>()
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>()
    const { promise: gone, resolve: isGone } = Promise.withResolvers<void>()
    let isHeld = false
    await page.route(`**/registrations/${rid}/`, async (route) => {
      if (isHeld || route.request().method() !== method) return route.fallback()
      isHeld = true
      const response = await route.fetch()
      isAsked()
      await letGo
      await route.fulfill({ response })
      isGone()
    })
    const arrive = async () => {
      release()
      await gone
      // The page has had the answer once it has done something else after it.
      await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))')
    }
    return { asked, arrive }
  }

  test('a look under way for one link is not shown under the next', async () => {
    const { page, stub, openSecond } = await visit('decide', baker)
    stub.registration = { ...baker, claimed_by: 'kim@staff.example' }
    const look = await hold(page, first, 'GET')
    await page.clock.runFor(21_000)
    await look.asked
    stub.registration = smith
    await openSecond()
    await page.waitForSelector('text=smith')
    await look.arrive()
    expect(await message(page)).toBe(smith.message)
    await send(page, 'Approve')
    await page.waitForSelector('.notice')
    expect(await message(page)).toBe(smith.message)
    expect(stub.asked.findLast(({ method }) => method === 'PUT')?.url).toContain(second)
  })

  test('until the next link is shown nothing can be sent from the page of the one before', async () => {
    const { page, stub, openSecond } = await visit('decide', baker)
    stub.registration = smith
    const opening = await hold(page, second, 'GET')
    await openSecond()
    await opening.asked
    expect(await message(page)).toBe(baker.message)
    expect(await page.locator('button[type=submit]:not([disabled])').count()).toBe(0)
    await opening.arrive()
    await page.waitForSelector('text=smith')
    expect(await page.getAttribute('#page', 'aria-busy')).toBe('false')
    expect(await page.locator('button[type=submit][disabled]').count()).toBe(0)
  })

  test.each([200, 401, 422])(
    'a decision answered with %d after the next link is there leaves that one as it is',
    async (status) => {
      const { page, stub, openSecond } = await visit('decide', baker)
      stub.plan({ method: 'PUT', status, body: { detail: 'x' } })
      const decision = await hold(page, first, 'PUT')
      await send(page, 'Approve')
      await decision.asked
      stub.registration = smith
      await openSecond()
      await page.waitForSelector('text=smith')
      stub.registration = baker
      const looks = stub.asked.length
      await decision.arrive()
      if (status === 200) await expect.poll(() => stub.asked.length).toBeGreaterThan(looks)
      expect(await message(page)).toBe(smith.message)
      expect(await page.locator('#outcome, .notice').count()).toBe(0)
    },
  )

  test('a link that opens nothing says nothing about the next one', async () => {
    const { page, stub, link, openSecond } = await visit('decide', baker)
    const third = first.replace('A', 'C')
    stub.plan({ method: 'GET', status: 401, body: { detail: 'x' } })
    const opening = await hold(page, third, 'GET')
    await follow(page, link(third))
    await opening.asked
    stub.registration = smith
    await openSecond()
    await page.waitForSelector('text=smith')
    await opening.arrive()
    expect(await message(page)).toBe(smith.message)
    await page.reload()
    await page.waitForSelector('text=smith')
  })

  test('a look that comes late does not take back what was done since', async () => {
    const { page, stub } = await visit('decide', baker)
    stub.registration = { ...baker, claimed_by: 'kim@staff.example' }
    const look = await hold(page, first, 'GET')
    await page.clock.runFor(21_000)
    await look.asked
    stub.registration = managers.rejected
    await page.check('input[name=tell] >> nth=0')
    await send(page, 'Reject')
    await page.waitForSelector('[data-state=rejected]')
    await look.arrive()
    expect(await page.getAttribute('[data-state]', 'data-state')).toBe('rejected')
  })

  /** A page that shows the password of the first registration; no other is ever told one. */
  async function picked() {
    const seen = await visit('status', askers.pick)
    const { page, stub } = seen
    await page.fill('#username', 'robin')
    stub.registration = askers.making
    stub.plan({ method: 'PATCH', status: 200, body: { password: 'Regen-7-Turm' } })
    return seen
  }

  test('a password that is on the page is not on that of the next link, but stays under its own', async () => {
    const { page, stub, link, openSecond } = await picked()
    await send(page, 'Take this username')
    await page.waitForSelector('#password')
    await follow(page, link(first))
    await page.waitForFunction(`location.hash === ''`)
    await page.waitForSelector('#page[aria-busy=false]')
    expect(await page.textContent('#password')).toBe('Regen-7-Turm')
    stub.registration = { ...askers.ready, username: 'sandy' }
    await openSecond()
    await page.waitForSelector('text=sandy')
    expect(await page.content()).not.toContain('Regen-7-Turm')
    expect(await page.getByRole('button', { name: 'Make a new password' }).count()).toBe(1)
  })

  test('a password that comes after the next link is there is not shown under that one', async () => {
    const { page, stub, openSecond } = await picked()
    const picking = await hold(page, first, 'PATCH')
    await send(page, 'Take this username')
    await picking.asked
    stub.registration = { ...askers.making, username: 'sandy' }
    await openSecond()
    await page.waitForSelector('text=sandy')
    await picking.arrive()
    stub.registration = { ...askers.ready, username: 'sandy' }
    await page.clock.runFor(4_000)
    await page.waitForSelector('[data-state=ready]')
    expect(await page.content()).not.toContain('Regen-7-Turm')
  })

  test('a password goes with its key, and does not come back with it', async () => {
    const { page, stub, link } = await picked()
    await send(page, 'Take this username')
    await page.waitForSelector('#password')
    stub.plan({ method: 'GET', status: 401, body: { detail: 'x' } })
    await page.clock.runFor(4_000)
    await page.waitForSelector('[data-state=dead]')
    stub.registration = askers.ready
    await follow(page, link(first))
    await page.waitForSelector('[data-state=ready]')
    expect(await page.content()).not.toContain('Regen-7-Turm')
  })
})
