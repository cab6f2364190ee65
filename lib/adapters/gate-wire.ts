import * as z from 'zod'
import { once } from '../late.ts'
import type { GateAnswer, GateRequest } from '../yunohost/gate.ts'

/** Version of the documents that the gate and its callers exchange. */
const version = 1

/** No answer is longer: names come in 1 MiB at most, and output is cut at 64 KiB, which JSON blows up less than that. */
export const mostAnswerBytes = 1_179_648

// Keys that are not here are left out: the gate tells more than its callers need.
const seenSchema = () =>
  z.object({
    state: z.enum(['absent', 'partial', 'unsynced', 'complete']),
    full_name: z.string().nullable(),
    mail: z.string().nullable(),
    home: z.boolean(),
    mailbox: z.boolean(),
    password_works: z.boolean().optional(),
  })

const name = once(() => z.string().min(1).max(64))

const namesSchema = () =>
  z.object({
    reserved: z.array(name()),
    apps: z.array(name()),
    people: z.array(
      z.object({ username: name(), full_names: z.array(name()), aliases: z.array(name()) }),
    ),
  })

const envelopeSchema = once(() =>
  z.object({
    v: z.literal(version),
    task: z.string().nullable(),
    step: z.int().nullable(),
  }),
)

const answerSchema = once(() =>
  z.object({
    state: z.enum(['done', 'running', 'unknown', 'none', 'refused']),
    exit: z.int().nullable(),
    class: z.enum([
      'ok',
      'busy',
      'conflict',
      'not_found',
      'refused_input',
      'trouble',
      'broken',
      'unknown',
    ]),
    key: z.string().nullable(),
    text: z.string(),
    log: z.string().nullable(),
    seconds: z.number().nonnegative(),
    output: z.string(),
    seen: seenSchema().optional(),
    // Half a list would free names that are in use, so what is not one as a whole is none.
    names: namesSchema().optional().catch(undefined),
  }),
)

/** The request as the gate reads it. A job is named by task and step alone, so `user` is no verb of one. */
export function toGateDocument(request: GateRequest): Readonly<Record<string, unknown>> {
  const { verb, args, ...rest } = request
  const isAboutJob = request.op === 'attach' || request.op === 'forget'
  return isAboutJob && verb === 'user'
    ? { v: version, ...rest }
    : { v: version, ...rest, verb, args }
}

/** The gate's answer to this very request, or undefined for any other text. */
export function readGateAnswer(text: string, request: GateRequest): GateAnswer | undefined {
  const document = parsed(text)
  const envelope = envelopeSchema().safeParse(document).data
  const answer = answerSchema().safeParse(document).data
  if (!envelope || !answer) return undefined
  const isOurs = envelope.task === request.task && envelope.step === request.step
  // A refused request may have had no task that could be repeated.
  return isOurs || (answer.state === 'refused' && envelope.task === null) ? answer : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
