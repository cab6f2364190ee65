import { html } from 'hono/html'

/** HTML that may go into a page or a mail as it is. Only `markup` makes it. */
export type Markup = Extract<ReturnType<typeof html>, { isEscaped: true }>

/** What may stand in a template: text, which is escaped, or markup, which is not. Nothing stands for nothing. */
export type Part = string | number | Markup | undefined | ReadonlyArray<Markup | string>

/** Template tag for HTML that escapes every text put into it (T21). Attributes need quotes around them. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const result = html(strings, ...parts)
  if (result instanceof Promise) throw new TypeError('Templates are given values, never promises.')
  return result
}
