import type { Messages } from '../language/english.ts'
import { type Markup, markup } from '../language/markup.ts'
import { messagesFor } from '../language/messages.ts'
import type { TaskStatus } from '../queue/queue.ts'
import { layOut, type PageStyle } from './layout.ts'

/** A password change on its way to the host. */
export interface PasswordSetPage extends PageStyle {
  readonly task: {
    readonly id: string
    readonly status: TaskStatus
    /** Tasks before this one, and seconds until it is probably done; shown while it is pending. */
    readonly ahead?: number | undefined
    readonly expectedSeconds?: number | undefined
  }
  /** Lets the page's own form ask for the state again; never part of an address. */
  readonly taskToken: string
}

/** The page after the form: where the change is, with a button that asks again as long as it is not done. */
export function passwordSetPage(page: PasswordSetPage): string {
  const words = messagesFor(page.language).passwordSet
  const stage = toStage(page.task.status)
  const isOpen = stage === 'pending' || stage === 'running' || stage === 'parked'
  const content = markup`<div class="card narrow" data-state="${page.task.status}">
${marks[stage]}
<h1>${words[stage].title}</h1>
<p class="lead">${words[stage].text}</p>
${stage === 'pending' ? writeWait(words, page.task) : undefined}
${isOpen ? writeCheck(words, page) : undefined}
</div>`
  return layOut(page, words[stage].title, content)
}

type Words = Messages['passwordSet']
type Stage = 'pending' | 'running' | 'parked' | 'finished' | 'failed' | 'ended'

function toStage(status: TaskStatus): Stage {
  return status === 'cancelled' || status === 'expired' ? 'ended' : status
}

function writeWait(words: Words, task: PasswordSetPage['task']): Markup {
  const sentences = [
    task.ahead === undefined ? undefined : words.ahead(task.ahead),
    task.expectedSeconds === undefined ? undefined : words.expected(task.expectedSeconds),
  ]
  return markup`<p>${sentences.filter((sentence) => sentence !== undefined).join(' ')}</p>`
}

// A POST, because the token of the task belongs in no address, no history and no log.
function writeCheck(words: Words, page: PasswordSetPage): Markup {
  return markup`<form method="post" action="/password_reset">
<input type="hidden" name="task_id" value="${page.task.id}">
<input type="hidden" name="task_token" value="${page.taskToken}">
<button type="submit">${words.checkAgain}</button>
</form>
<p class="quiet">${words.noWait}</p>`
}

const shapes = {
  under: markup`<path d="M12 7v5.5l3.5 2"/>`,
  done: markup`<path d="M7.5 12.5l3 3 6-6.5"/>`,
  stopped: markup`<path d="M12 7.5v5.5M12 16.4v.1"/>`,
}

const marks: Readonly<Record<Stage, Markup>> = {
  pending: drawMark('under', shapes.under),
  running: drawMark('under', shapes.under),
  parked: drawMark('stopped', shapes.stopped),
  finished: drawMark('done', shapes.done),
  failed: drawMark('stopped', shapes.stopped),
  ended: drawMark('stopped', shapes.stopped),
}

function drawMark(kind: keyof typeof shapes, shape: Markup): Markup {
  return markup`<svg class="state ${kind}" viewBox="0 0 24 24" width="44" height="44" aria-hidden="true" focusable="false"><circle cx="12" cy="12" r="10.5"/>${shape}</svg>`
}
