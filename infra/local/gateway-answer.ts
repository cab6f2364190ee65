import { type Answer, jsonAnswer } from './http-server.ts'

// Set by the gateway itself.
const ownHeaders = new Set(['connection', 'content-length', 'transfer-encoding'])

/** What the gateway makes of a function's result. */
export function toAnswer(result: unknown): Answer {
  if (!isRecord(result) || !('statusCode' in result)) return inferred(result)
  const { statusCode } = result
  if (!isStatus(statusCode)) return jsonAnswer(500, { message: 'Internal Server Error' })
  const body = bodyOf(result)
  return { status: statusCode, headers: headersOf(result, body.length > 0), body }
}

// Without a status the whole result is the body of a success, also where it was meant as an error.
function inferred(result: unknown): Answer {
  if (typeof result === 'string') return { ...jsonAnswer(200, null), body: result }
  return jsonAnswer(200, result ?? null)
}

// 1xx are never final (RFC 9110, 15.2); 600 and above are outside of HTTP (RFC 9110, 15).
function isStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 200 && value <= 599
}

function headersOf(result: Readonly<Record<string, unknown>>, hasBody: boolean) {
  const headers: Record<string, string | readonly string[]> = {}
  const given = isRecord(result['headers']) ? result['headers'] : {}
  for (const [name, value] of Object.entries(given)) {
    const key = name.toLowerCase()
    if (!ownHeaders.has(key) && value !== undefined && value !== null) headers[key] = String(value)
  }
  const cookies: unknown = result['cookies']
  if (Array.isArray(cookies) && cookies.length > 0) headers['set-cookie'] = cookies.map(String)
  if (hasBody) headers['content-type'] ??= 'text/plain;charset=UTF-8'
  return headers
}

function bodyOf({ body, isBase64Encoded }: Readonly<Record<string, unknown>>): string | Buffer {
  if (body === undefined || body === null) return ''
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return isBase64Encoded === true ? Buffer.from(text, 'base64') : text
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
