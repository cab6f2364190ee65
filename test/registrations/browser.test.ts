/** The story of a registration in a real browser, from the mails to the account. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { managers } from '../../infra/local/installation.ts'
import { hasBrowser, openTab, startBrowser } from '../pages/browser.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'
import { submit } from './people.ts'

const robin = 'robin@mail.example'
const [ada] = managers
const key = /https:\/\/gatehouse\.example(\/registrations\/\w+#[\w.-]+)/g

describe.skipIf(!hasBrowser())('in a browser', { timeout: 60_000 }, () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await startBrowser()
  })

  afterAll(() => browser?.close())

  /** The newest link in the mails to an address, at this world's own gateway. */
  async function mailedLink(world: TestWorld, address: string): Promise<string> {
    const mails = (await world.mails()).filter(({ to }) => to.includes(address))
    const paths = mails.flatMap(({ text }) => [...text.matchAll(key)].map(([, path]) => path))
    return `${world.origin}${paths.at(-1)}`
  }

  const send = (page: Page, name: string) => page.getByRole('button', { name }).click()

  test('a stranger becomes a member by the pages alone, and no key leaves the fragment', async () => {
    const world = await newTestWorld()
    await submit(world, { email: robin, message: 'I bake <b>bread</b>.' })
    await world.runWorkers()
    const manager = await openTab(browser, { locale: 'de-DE' })
    const asker = await openTab(browser)
    const addresses: string[] = []
    for (const { page } of [manager, asker]) {
      page.on('request', (request) => addresses.push(request.url()))
    }
    await asker.page.goto(await mailedLink(world, robin))
    await asker.page.waitForSelector('[data-state=waiting]')
    await manager.page.goto(await mailedLink(world, ada))
    await manager.page.waitForSelector('[data-state=pending]')
    expect(await manager.page.textContent('blockquote')).toBe('I bake <b>bread</b>.')
    expect(await manager.page.textContent('dl')).toContain('angegeben und bestätigt')
    await manager.page.fill('#ask-text', 'Welches Brot?')
    await send(manager.page, 'Frage abschicken')
    await manager.page.waitForSelector('.notice')
    await asker.page.reload()
    await asker.page.fill('#answer', 'Rye.')
    await send(asker.page, 'Send the answer')
    await asker.page.waitForSelector('[data-state=waiting]')
    await manager.page.reload()
    await manager.page.fill('#approve-text', 'Willkommen!')
    await send(manager.page, 'Annehmen')
    await manager.page.waitForSelector('[data-state=approved]')
    await asker.page.reload()
    await asker.page.fill('#username', 'admin')
    await send(asker.page, 'Take this username')
    await asker.page.waitForSelector('#outcome')
    expect(await asker.page.textContent('#outcome p')).toContain('already taken')
    await asker.page.fill('#username', 'Robin')
    await send(asker.page, 'Take this username')
    const password = await asker.page.textContent('#password')
    await world.runWorkers()
    await asker.page.waitForSelector('[data-state=ready]')
    expect(await asker.page.textContent('#password')).toBe(password)
    const login = { username: 'robin', password }
    expect((await world.call('POST', '/login', { body: login })).status).toBe(200)
    // The fragment stays in the browser; what it sends has no text as long as a token.
    for (const address of addresses) expect(address.split('#')[0]).not.toMatch(/[\w-]{43}/)
    expect([...manager.complaints, ...asker.complaints]).toEqual([])
  })

  test('the same without script, typed into two fields', async () => {
    const world = await newTestWorld()
    await submit(world, { email: robin, message: 'I bake.' })
    await world.runWorkers()
    const { page } = await openTab(browser, { javaScriptEnabled: false })
    const [path, rid = '', token = ''] = (await mailedLink(world, ada)).split(/[#.](?=[\w-]{20})/)
    await page.goto(path ?? '')
    await page.fill('#rid', rid)
    await page.fill('#token', token)
    await page.keyboard.press('Enter')
    await page.waitForSelector('[data-state=pending]')
    await page.fill('#reject-text', 'A troll.')
    await page.locator('input[name=tell]').nth(1).check()
    await send(page, 'Reject')
    await page.waitForSelector('[data-state=rejected]')
    expect(await page.textContent('.written')).toBe('A troll.')
    expect(page.url()).toBe(`${world.origin}/registrations/decide`)
    await send(page, 'Undo the rejection')
    await page.waitForSelector('[data-state=pending]')
    expect(await page.textContent('.notice')).toBe('The rejection is undone.')
  })
})
