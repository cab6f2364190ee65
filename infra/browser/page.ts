/**
 * What both pages do alike: they take the key from the address, show the registration behind it, do what their
 * forms ask for, and look again. What is shown and done comes from lib/pages, where the server takes it from too.
 */
import type { Language } from '../../lib/accounts/account.ts'
import { formatLocalMoment } from '../../lib/language/formats.ts'
import { registrationPageMessages } from '../../lib/language/registration-pages.ts'
import {
  deadContent,
  linkContent,
  type PageKind,
  troubleContent,
} from '../../lib/pages/registration-link.ts'
import { outcome } from '../../lib/pages/registration-parts.ts'
import { isDeadEnd, sentenceOf, type Trouble } from '../../lib/pages/registration-problem.ts'
import type { Credentials, RegistrationPage, Typed } from '../../lib/pages/registration-view.ts'
import type { Tree } from '../../lib/pages/tree.ts'
import type { Target } from '../../lib/registrations/registration.ts'
import { troubleOf } from './api.ts'
import type { Browser, DomElement, DomEvent } from './browser.ts'
import { copyOnClick } from './copy.ts'
import { forgetKey, keepKey, takeKey, toKey } from './key.ts'
import { newScreen, type Screen } from './screen.ts'

/** What one of the pages does in its own way. `View` is the registration as its reader is shown it. */
export interface PageScript<View, Done> {
  readonly kind: PageKind
  /** Before the first look. */
  begin(credentials: Credentials): Promise<void>
  run(credentials: Credentials, fields: Typed): Promise<Done>
  /** What is there after that; without `done` just what is there. */
  read(credentials: Credentials, done?: Done): Promise<View>
  show(view: View, page: RegistrationPage, done?: Done): Shown
  /** A better sentence about a refusal, now that the registration was read again. */
  explain(view: View, fields: Typed, language: Language): string | undefined
  /** Its key is forgotten, and with it goes what the script remembers. */
  forget(): void
}

/** What is on the page. */
export interface Shown {
  readonly title: string
  readonly content: Tree
  /** Seconds until the page looks again; undefined where nothing changes by itself. */
  readonly nextLookSeconds?: number | undefined
  /** True when there is nothing behind the key any more. */
  readonly isOver?: boolean
}

/** One person at one page. */
interface Visit<View, Done> {
  readonly browser: Browser
  readonly script: PageScript<View, Done>
  readonly screen: Screen
  readonly look: RegistrationPage
  key?: Credentials | undefined
  /** The registration that is shown, as text. */
  seen?: string
  timer?: number | undefined
  turn?: symbol
}

/** Whether nothing newer has begun: a late answer is about another key, or older than what is there by now. */
type IsLatest = () => boolean

/** Seconds until the next look: after one that failed, while nobody looks at the tab, after a deed that was not seen. */
const pauseSeconds = { failed: 30, hidden: 5, unread: 5 }

/** Starts the script of a page. */
export function startPage<View, Done>(browser: Browser, script: PageScript<View, Done>): void {
  const root = browser.document.getElementById('page')
  if (root === null) return
  const screen = newScreen(browser, root, browser.document.getElementById('news'))
  const look = lookOf(browser, root)
  const visit: Visit<View, Done> = { browser, script, screen, look }
  root.addEventListener('submit', (event) => void submit(visit, event))
  root.addEventListener('click', (event) => void copyOnClick(browser, event, { look, screen }))
  browser.addEventListener('hashchange', () => void start(visit))
  void start(visit)
}

function lookOf({ document }: Browser, root: DomElement): RegistrationPage {
  const language: Language = document.documentElement.lang === 'de' ? 'de' : 'en'
  const { targets = '', matrix = '', yunohost = '' } = root.dataset
  const names: readonly Target[] = ['matrix', 'yunohost']
  return {
    language,
    targets: names.filter((name) => targets.split(' ').includes(name)),
    servers: { ...(matrix ? { matrix } : {}), ...(yunohost ? { yunohost } : {}) },
    isScripted: true,
    toMoment: (moment) => formatLocalMoment(new Date(moment), language),
  }
}

async function start<View, Done>(visit: Visit<View, Done>): Promise<void> {
  const found = takeKey(visit.browser)
  if (found === 'cut') {
    takeTurn(visit)
    showCutLink(visit)
  } else if (found) await work(visit, (isLatest) => open(visit, found, isLatest))
}

function takeTurn<View, Done>(visit: Visit<View, Done>): IsLatest {
  const turn = Symbol('turn')
  visit.turn = turn
  plan(visit, undefined)
  return () => visit.turn === turn
}

// Until its end nothing can be sent: what stands on the page may be about the key before.
async function work<View, Done>(
  visit: Visit<View, Done>,
  deed: (isLatest: IsLatest) => Promise<void>,
): Promise<void> {
  const isLatest = takeTurn(visit)
  visit.screen.setBusy(true)
  await deed(isLatest)
  if (isLatest()) visit.screen.setBusy(false)
}

async function open<View, Done>(
  visit: Visit<View, Done>,
  key: Credentials,
  isLatest: IsLatest,
): Promise<void> {
  visit.key = key
  try {
    await visit.script.begin(key)
    const view = await visit.script.read(key)
    if (isLatest()) showView(visit, view)
  } catch (error) {
    const trouble = troubleOf(error)
    if (isLatest()) showTrouble(visit, trouble)
  }
}

async function submit<View, Done>(visit: Visit<View, Done>, event: DomEvent): Promise<void> {
  event.preventDefault()
  if (event.target === null) return
  const fields = Object.fromEntries(new visit.browser.FormData(event.target))
  const { key } = visit
  await work(visit, (isLatest) =>
    key ? act(visit, { key, fields, isLatest }) : openTyped(visit, fields, isLatest),
  )
}

async function openTyped<View, Done>(
  visit: Visit<View, Done>,
  { rid, token }: Readonly<Record<string, unknown>>,
  isLatest: IsLatest,
): Promise<void> {
  const key = toKey(`${String(rid).trim()}.${String(token).trim()}`)
  if (key === undefined) return void showDead(visit)
  keepKey(visit.browser, key)
  await open(visit, key, isLatest)
}

interface Deed {
  readonly key: Credentials
  readonly fields: Typed
  readonly isLatest: IsLatest
}

async function act<View, Done>(visit: Visit<View, Done>, deed: Deed): Promise<void> {
  const { key, fields, isLatest } = deed
  let done: Done
  try {
    done = await visit.script.run(key, fields)
  } catch (error) {
    return showRefusal(visit, deed, troubleOf(error))
  }
  try {
    const view = await visit.script.read(key, done)
    if (isLatest()) showView(visit, view, { done })
  } catch (error) {
    const trouble = troubleOf(error)
    if (isLatest()) showUnread(visit, trouble)
  }
}

async function lookAgain<View, Done>(visit: Visit<View, Done>): Promise<void> {
  const { key, script, browser, screen } = visit
  if (key === undefined) return
  if (browser.document.visibilityState === 'hidden') return void plan(visit, pauseSeconds.hidden)
  const isLatest = takeTurn(visit)
  try {
    const view = await script.read(key)
    if (!isLatest()) return
    const { title, nextLookSeconds } = script.show(view, visit.look)
    const isNew = JSON.stringify(view) !== visit.seen
    const isInTheWay = screen.isTyping() && screen.isShowing(title)
    if (isNew && !isInTheWay) showView(visit, view)
    else plan(visit, nextLookSeconds)
  } catch (error) {
    const trouble = troubleOf(error)
    if (!isLatest()) return
    if (isDeadEnd(trouble)) showDead(visit)
    else plan(visit, trouble.retryAfterSeconds ?? pauseSeconds.failed)
  }
}

function plan<View, Done>(visit: Visit<View, Done>, seconds: number | undefined): void {
  visit.browser.clearTimeout(visit.timer)
  visit.timer =
    seconds === undefined
      ? undefined
      : visit.browser.setTimeout(() => void lookAgain(visit), seconds * 1000)
}

function showView<View, Done>(
  visit: Visit<View, Done>,
  view: View,
  after: { readonly done?: Done; readonly problem?: string; readonly typed?: Typed } = {},
): void {
  const { done, ...said } = after
  const shown = visit.script.show(view, { ...visit.look, ...said }, done)
  const isAnswer = done !== undefined || said.problem !== undefined
  visit.seen = JSON.stringify(view)
  visit.screen.put(shown.content, shown.title, isAnswer ? 'action' : 'look')
  if (shown.isOver) forget(visit)
  else plan(visit, shown.nextLookSeconds)
}

function forget<View, Done>(visit: Visit<View, Done>): void {
  forgetKey(visit.browser)
  visit.script.forget()
  visit.key = undefined
  plan(visit, undefined)
}

function showDead<View, Done>(visit: Visit<View, Done>): void {
  const { dead } = registrationPageMessages(visit.look.language)
  forget(visit)
  visit.screen.put(deadContent(visit.script.kind, visit.look), dead.title, 'action')
}

function showCutLink<View, Done>(visit: Visit<View, Done>): void {
  const { look, script } = visit
  const words = registrationPageMessages(look.language)
  forget(visit)
  const content = linkContent(script.kind, { ...look, problem: words.linkForm.cut })
  visit.screen.put(content, words.problem.title(words[script.kind].title), 'action')
}

function showTrouble<View, Done>(visit: Visit<View, Done>, trouble: Trouble): void {
  if (isDeadEnd(trouble)) return void showDead(visit)
  const { look, script } = visit
  const words = registrationPageMessages(look.language)
  const problem = sentenceOf(trouble, look.language)
  const content = troubleContent(script.kind, { ...look, problem })
  visit.screen.put(content, words.problem.title(words[script.kind].title), 'action')
}

// What was done is done, and may have given a password that is shown with the next look alone.
function showUnread<View, Done>(visit: Visit<View, Done>, trouble: Trouble): void {
  if (isDeadEnd(trouble)) return void showDead(visit)
  const words = registrationPageMessages(visit.look.language)
  visit.screen.refuse(outcome({ notice: words.unread }, words))
  plan(visit, trouble.retryAfterSeconds ?? pauseSeconds.unread)
}

// What was typed stays where it is, unless the registration has become another one meanwhile.
async function showRefusal<View, Done>(
  visit: Visit<View, Done>,
  { key, fields, isLatest }: Deed,
  trouble: Trouble,
): Promise<void> {
  if (!isLatest()) return
  if (isDeadEnd(trouble)) return void showDead(visit)
  const { look, script } = visit
  const { language } = look
  const view = await script.read(key).catch(() => undefined)
  if (!isLatest()) return
  const better = view === undefined ? undefined : script.explain(view, fields, language)
  const problem = better ?? sentenceOf(trouble, language)
  if (view !== undefined && JSON.stringify(view) !== visit.seen) {
    return void showView(visit, view, { problem, typed: fields })
  }
  visit.screen.refuse(outcome({ problem }, registrationPageMessages(language)))
  plan(visit, trouble.retryAfterSeconds ?? pauseSeconds.failed)
}
