/**
 * Plays Lambda's runtime in a process of its own: loads the handler that `_HANDLER` names below
 * `LAMBDA_TASK_ROOT` as the runtime of Node does, then answers one call at a time over the channel to its
 * parent. After each call it writes the line END on standard output, as Lambda does in its log.
 */
import { createRequire, flushCompileCache } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { newInvocation } from './invocation.ts'

/** One call of the function. */
export interface Call {
  readonly requestId: string
  readonly event: unknown
  readonly timeoutSeconds: number
}

/** What became of it. */
export type Ended =
  | { readonly kind: 'answered'; readonly result: unknown }
  | {
      readonly kind: 'threw'
      readonly name: string
      readonly message: string
      readonly stack: string
    }

const { LAMBDA_TASK_ROOT: root = '', _HANDLER: path = '' } = process.env

function loadHandler(): unknown {
  const [, file = '', name = ''] = /^([^.]*)\.(.*)$/.exec(basename(path)) ?? []
  const loaded = createRequire(join(root, 'runtime.cjs'))(join(root, dirname(path), `${file}.cjs`))
  const handler: unknown = loaded[name]
  if (typeof handler !== 'function') throw new Error(`${path} is undefined or not exported`)
  // This process is killed in the end, when nothing is kept any more.
  flushCompileCache()
  return handler
}

// Lambda loads the code once, before the first call; what goes wrong there ends every call.
let handler: unknown

async function answer({ requestId, event, timeoutSeconds }: Call): Promise<Ended> {
  try {
    handler ??= loadHandler()
    const invocation = { ...newInvocation(timeoutSeconds), awsRequestId: requestId }
    const result = await Reflect.apply(Object(handler), undefined, [event, invocation])
    return { kind: 'answered', result }
  } catch (error) {
    const known = error instanceof Error ? error : new Error(String(error))
    const { name, message, stack = '' } = known
    return { kind: 'threw', name, message, stack }
  }
}

process.on('message', async (call: Call) => {
  const ended = await answer(call)
  process.stdout.write(`END RequestId: ${call.requestId}\n`)
  process.send?.(ended)
})
// Whoever started this process is gone.
process.on('disconnect', () => process.exit())
