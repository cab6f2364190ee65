import * as z from 'zod'

/** What `gatehouse_host.py` is asked for. */
export type HostRequest = {
  readonly op: 'plan_install' | 'install' | 'plan_remove' | 'remove' | 'check'
  readonly gate: string
  readonly copying: string
  /** None keeps those that are installed, as with the domains. */
  readonly keys: readonly string[]
  readonly domains: readonly string[]
  readonly from: string | null
  /** The plan that was agreed to. */
  readonly steps: readonly string[]
}

const count = z.int().nonnegative()

const factsSchema = z.object({
  version: z.string(),
  level: z.int(),
  strength: z.object({
    length: count,
    digits: count,
    lowers: count,
    uppers: count,
    others: count,
  }),
  list: z.object({ sha256: z.string(), gzip: z.string() }).nullable(),
  hooks: z.array(z.object({ path: z.string(), traced: z.boolean(), reads: z.boolean() })),
  portal: z.record(z.string(), z.boolean()),
  fingerprints: z.array(z.string()),
})

const answerSchema = z.object({
  refused: z.string().optional(),
  failed: z.string().optional(),
  steps: z.array(z.string()).default([]),
  wrong: z.array(z.string()).default([]),
  account: z.string().default(''),
  hasKeys: z.boolean().default(false),
  facts: factsSchema.optional(),
})

/** What it answers: `refused` and `failed` say that nothing was changed, and why. */
export type HostAnswer = z.infer<typeof answerSchema>
export type SeenFacts = z.infer<typeof factsSchema>

/** The last line of what came back; undefined when that is no answer. */
export function readHostAnswer(stdout: string): HostAnswer | undefined {
  try {
    return answerSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''))
  } catch {
    return undefined
  }
}
