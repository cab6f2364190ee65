import { Failure } from '../failure.ts'
import type { HttpEvent } from './event.ts'
import { bodyDepthLimit, bodyKeyLimit, formBodyLimitBytes, jsonBodyLimitBytes } from './policy.ts'
import { hasRepeatedKey } from './repeated-key.ts'

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Reads the body of a request as an object of unknown fields.
 * Throws `invalid_input` or `body_too_large`; hostile JSON (T07) never gets further than this.
 */
export function readBody(event: HttpEvent, mayBeForm: boolean): Record<string, unknown> {
  const media = mediaType(event)
  if (mayBeForm && media === 'application/x-www-form-urlencoded') {
    return readForm(decode(event, formBodyLimitBytes))
  }
  if (media !== 'application/json') {
    throw refusal(`Send the body as application/json${mayBeForm ? ' or as a form' : ''}.`)
  }
  return readJson(decode(event, jsonBodyLimitBytes))
}

/** Reads a query string. A parameter that comes twice is refused, not joined (T07). */
export function readQuery(event: HttpEvent): Record<string, string> {
  return readFields(event.rawQueryString, 'query')
}

function mediaType(event: HttpEvent): string {
  const [media = ''] = (event.headers['content-type'] ?? '').split(';', 1)
  return media.trim().toLowerCase()
}

function decode(event: HttpEvent, limitBytes: number): string {
  const body = event.body ?? ''
  const bytes = Buffer.from(body, event.isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > limitBytes) {
    throw new Failure('body_too_large', {
      text: `The request body may have at most ${limitBytes} bytes.`,
    })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refusal('The request body is not valid UTF-8.')
  }
}

function readJson(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw refusal('The request body is not valid JSON.')
  }
  if (!isObject(value) || Array.isArray(value)) {
    throw refusal('The request body must be a JSON object.')
  }
  inspect(value)
  if (hasRepeatedKey(text)) throw refusal('The request body names a field twice.')
  return value
}

// `URLSearchParams` puts U+FFFD for bytes that are no UTF-8: a password would be another one than was typed.
function readForm(text: string): Record<string, string> {
  try {
    decodeURIComponent(text)
  } catch {
    throw refusal('The form is not valid UTF-8.')
  }
  return readFields(text, 'form')
}

function readFields(text: string, kind: 'form' | 'query'): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [key, value] of new URLSearchParams(text)) {
    refuseKey(key)
    if (Object.hasOwn(fields, key)) throw refusal(`The ${kind} names a field twice.`)
    fields[key] = value
  }
  return fields
}

// Level by level with a count: a deep or wide body costs no more than the limits allow.
function inspect(root: object): void {
  let level: readonly object[] = [root]
  let keys = 0
  for (let depth = 1; level.length > 0; depth += 1) {
    const entries = level.flatMap((item) => Object.entries(item))
    keys += entries.length
    if (depth > bodyDepthLimit) throw refusal('The request body is nested too deeply.')
    if (keys > bodyKeyLimit) throw refusal('The request body has too many fields.')
    for (const [key] of entries) refuseKey(key)
    level = entries.map(([, value]) => value).filter(isObject)
  }
}

function refuseKey(key: string): void {
  if (key.startsWith('$') || key.includes('.') || forbiddenKeys.has(key)) {
    throw refusal('The request names a field that cannot exist.')
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function refusal(text: string): Failure {
  return new Failure('invalid_input', { text })
}
