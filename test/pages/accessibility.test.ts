import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import axe from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { page as pageReply } from '../../lib/http/reply.ts'
import { stylesheet } from '../../lib/pages/stylesheet.ts'
import { samplePages } from './sample-pages.ts'
import { sampleRegistrationPages } from './sample-registration-pages.ts'

const browserPath = '/usr/bin/chromium'
const hasBrowser = existsSync(browserPath)
if (!hasBrowser)
  console.warn(
    `No browser at ${browserPath}: the pages are not looked at (apt-get install chromium).`,
  )

const pagesIn = (language: 'en' | 'de') => [
  ...samplePages(language),
  ...sampleRegistrationPages(language),
]
const samples = [...pagesIn('en'), ...pagesIn('de')]
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

describe.skipIf(!hasBrowser)('in a browser', () => {
  const posted: string[] = []
  let server: Server
  let browser: Browser
  let origin: string

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      if (request.method === 'POST') {
        for await (const chunk of request) posted.push(String(chunk))
      }
      if (request.url === '/style.css') {
        response.setHeader('content-type', 'text/css').end(stylesheet)
        return
      }
      const sample = samples.find(({ name, language }) => request.url === `/${language}/${name}`)
      const reply = pageReply(sample?.html ?? '', sample === undefined ? 404 : 200)
      response.writeHead(reply.status, reply.headers).end(reply.body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
    browser = await chromium.launch({
      executablePath: browserPath,
      args: ['--no-sandbox', '--disable-gpu'],
    })
  })

  afterAll(async () => {
    await browser?.close()
    await new Promise((resolve) => server.close(resolve))
  })

  async function open(path: string, options: BrowserContextOptions) {
    const context = await browser.newContext({ ...options, reducedMotion: 'reduce' })
    const opened = await context.newPage()
    await opened.goto(`${origin}${path}`)
    return opened
  }

  const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
    [320, 1200].map((width) => ({ colorScheme, width })),
  )

  test.each(looks)(
    'axe finds nothing, $colorScheme at $width px',
    { timeout: 120_000 },
    async (look) => {
      const viewport = { width: look.width, height: 800 }
      const opened = await open('/en/start', { colorScheme: look.colorScheme, viewport })
      // One language a look keeps this short; German has the longer words.
      for (const { language, name } of pagesIn(look.width === 320 ? 'de' : 'en')) {
        await opened.goto(`${origin}/${language}/${name}`)
        await opened.evaluate(axe.source)
        const violations = await opened.evaluate(`axe.run({ runOnly: ${JSON.stringify(rules)} })
        .then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))`)
        expect(violations, `${language}/${name}`).toEqual([])
      }
      await opened.context().close()
    },
  )

  // Text twice as large on a window of 640 px is what zooming to 200 % does (WCAG 1.4.4, 1.4.10).
  test.each([
    [320, '100%'],
    [640, '200%'],
    [1200, '100%'],
  ])('no page scrolls sideways at %d px with text at %s', async (width, fontSize) => {
    const opened = await open('/en/start', { viewport: { width, height: 800 } })
    for (const { language, name } of samples) {
      await opened.goto(`${origin}/${language}/${name}`)
      await opened.evaluate(`document.documentElement.style.fontSize = '${fontSize}'`)
      const wide = await opened.evaluate('document.documentElement.scrollWidth')
      expect(wide, `${language}/${name}`).toBe(width)
    }
    await opened.context().close()
  })

  test('the form is filled in and sent by keyboard alone, without script', async () => {
    const opened = await open('/en/form', {
      javaScriptEnabled: false,
      viewport: { width: 320, height: 800 },
    })
    const focus = opened.locator(':focus')
    await opened.keyboard.press('Tab')
    expect(await focus.getAttribute('href')).toBe('#content')
    expect(
      await focus.evaluate((element) => element.getBoundingClientRect().top),
    ).toBeGreaterThanOrEqual(0)
    await opened.keyboard.press('Enter')
    await opened.keyboard.press('Tab')
    expect(await focus.getAttribute('id')).toBe('new-password')
    await opened.keyboard.type('Tr4velling & more!')
    await opened.keyboard.press('Tab')
    expect(await focus.textContent()).toBe('Set password')
    const answer = opened.waitForResponse((response) => response.request().method() === 'POST')
    await opened.keyboard.press('Enter')
    expect(new URL((await answer).url()).pathname).toBe('/password_reset')
    const fields = new URLSearchParams(posted.join(''))
    expect([...fields]).toEqual([
      ['token', 't0ken'],
      ['new_password', 'Tr4velling & more!'],
    ])
    await opened.context().close()
  })

  test('whatever has the focus shows it', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const opened = await open('/en/refused', { colorScheme })
      for (let stop = 0; stop < 5; stop += 1) {
        await opened.keyboard.press('Tab')
        const outline = await opened.evaluate(
          `getComputedStyle(document.activeElement).outlineWidth`,
        )
        expect(outline).toBe('3px')
      }
      await opened.context().close()
    }
  })
})
