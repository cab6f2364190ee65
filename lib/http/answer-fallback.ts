import * as z from 'zod'
import { Failure } from '../failure.ts'
import { once } from '../late.ts'
import { fallback, type UnroutedRequest } from './fallback.ts'
import { page, type Reply } from './reply.ts'

const routeFacts = once(() =>
  z.array(
    z.object({
      method: z.string(),
      path: z.string(),
      status: z.int(),
      media: z.string().optional(),
    }),
  ),
)

/**
 * Answers a request that no route matched, by the table of the build.
 * Throws `not_found`, or `method_not_allowed` with what is allowed.
 */
export function answerFallback(table: string, request: UnroutedRequest): Reply {
  const answer = fallback(routeFacts().parse(JSON.parse(table)), request)
  if (answer.kind === 'not_found') throw new Failure('not_found')
  if (answer.kind === 'method_not_allowed') {
    throw new Failure('method_not_allowed', { allow: answer.allow })
  }
  if (answer.kind === 'head') return headOf(answer.status, answer.media)
  return bodiless(308, { location: answer.location })
}

// The headers of GET (RFC 9110, 9.3.2).
function headOf(status: number, media: string | undefined): Reply {
  if (media === 'text/html') return page('', status)
  return bodiless(status, media ? { 'content-type': `${media}; charset=utf-8` } : {})
}

function bodiless(status: number, headers: Record<string, string>): Reply {
  return { kind: 'reply', status, headers, body: '' }
}
