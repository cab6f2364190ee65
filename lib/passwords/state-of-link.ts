import { Failure } from '../failure.ts'
import type { Clock, Records } from '../ports.ts'
import { checkLink } from './check-link.ts'

/** What a page can do with a link: let its holder set a password, or say why not. */
export type LinkState =
  | { readonly state: 'form'; readonly token: string; readonly username: string }
  | { readonly state: 'missing' | 'invalid' | 'expired' }

/** Looks at a link without using it: mail scanners open every link (contracts/README.md). */
export async function stateOfLink(
  uses: { readonly database: Pick<Records, 'links' | 'accounts'>; readonly clock: Clock },
  token: string,
): Promise<LinkState> {
  if (token === '') return { state: 'missing' }
  try {
    const { username } = await checkLink(uses, token)
    return { state: 'form', token, username }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    if (error.code === 'link_expired') return { state: 'expired' }
    if (error.code === 'link_invalid') return { state: 'invalid' }
    throw error
  }
}
