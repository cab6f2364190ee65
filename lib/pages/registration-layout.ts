import { markup } from '../language/markup.ts'
import { registrationPageMessages } from '../language/registration-pages.ts'
import { layOut, type PageStyle } from './layout.ts'
import { linkContent, type PageKind, pagePaths } from './registration-link.ts'
import type { Places } from './registration-view.ts'
import type { Tree } from './tree.ts'
import { toMarkup } from './tree-markup.ts'

/** Where each page's script is served, and its name among the files of the build. */
export const pageScripts = {
  status: { path: `${pagePaths.status}.js`, asset: 'registration-status.js' },
  decision: { path: `${pagePaths.decision}.js`, asset: 'registration-decision.js' },
} as const satisfies Record<PageKind, { readonly path: string; readonly asset: string }>

/**
 * The page that everybody gets who asks for its address: it knows nothing. Its script reads the key behind the #;
 * without script its form sends the key.
 */
export function keyPage(kind: PageKind, style: PageStyle, { targets, servers }: Places): string {
  const { [kind]: words } = registrationPageMessages(style.language)
  const content = markup`<div id="page" data-targets="${targets.join(' ')}" data-matrix="${servers.matrix ?? ''}" data-yunohost="${servers.yunohost ?? ''}">
${toMarkup(linkContent(kind, style))}
</div>
<p id="news" class="unseen" role="status"></p>`
  return layOut({ ...style, script: pageScripts[kind].path }, words.title, content)
}

/** The page that answers a form: whole as it is, without script. */
export function answerPage(style: PageStyle, title: string, content: Tree): string {
  return layOut(style, title, toMarkup(content))
}
