import { createHash, createHmac } from 'node:crypto'
import { AwsV4Signer } from 'aws4fetch'
import { describe, expect, test } from 'vitest'
import { askStore } from '../../lib/adapters/parameter-store.ts'
import { headerOf, startStub } from '../adapters/stub.ts'

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const time = '20150830T123600Z'

interface Signed {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** Lower-case names, sorted; those that are signed. */
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly body: string
}

interface Scope {
  readonly time: string
  readonly region: string
  readonly service: string
}

/** Signature Version 4 as AWS describes it, written for this test alone. */
function signatureOf({ method, target, headers, body }: Signed, scope: Scope, secret: string) {
  const [path = '', query = ''] = target.split('?')
  const lines = headers.map(([name, value]) => `${name}:${value}\n`).join('')
  const names = headers.map(([name]) => name).join(';')
  const canonical = [method, path, query, lines, names, sha256(body)].join('\n')
  const parts = [scope.time.slice(0, 8), scope.region, scope.service, 'aws4_request']
  const text = ['AWS4-HMAC-SHA256', scope.time, parts.join('/'), sha256(canonical)].join('\n')
  const key = parts.reduce<Buffer>((bytes, part) => hmac(bytes, part), Buffer.from(`AWS4${secret}`))
  return hmac(key, text).toString('hex')
}

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')
const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text, 'utf8').digest()

const host = ['host', 'example.amazonaws.com'] as const
const date = ['x-amz-date', time] as const
const form = ['content-type', 'application/x-www-form-urlencoded'] as const

/** Of AWS's test suite for Signature Version 4, and of the example in its documentation (ListUsers). */
const published = [
  {
    name: 'get-vanilla',
    request: { method: 'GET', target: '/', headers: [host, date], body: '' },
    scope: { time, region: 'us-east-1', service: 'service' },
    signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  },
  {
    name: 'post-vanilla',
    request: { method: 'POST', target: '/', headers: [host, date], body: '' },
    scope: { time, region: 'us-east-1', service: 'service' },
    signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  },
  {
    name: 'post-x-www-form-urlencoded',
    request: { method: 'POST', target: '/', headers: [form, host, date], body: 'Param1=value1' },
    scope: { time, region: 'us-east-1', service: 'service' },
    signature: 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  },
  {
    name: 'ListUsers',
    request: {
      method: 'GET',
      target: '/?Action=ListUsers&Version=2010-05-08',
      headers: [
        ['content-type', 'application/x-www-form-urlencoded; charset=utf-8'],
        ['host', 'iam.amazonaws.com'],
        date,
      ],
      body: '',
    },
    scope: { time, region: 'us-east-1', service: 'iam' },
    signature: '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  },
] as const

describe.each(published)("AWS's example $name", ({ request, scope, signature }) => {
  test('has the signature that this file computes', () => {
    expect(signatureOf(request, scope, credentials.secretAccessKey)).toBe(signature)
  })

  test('has the signature that our signer gives', async () => {
    const { method, target, headers, body } = request
    const domain = headers.find(([name]) => name === 'host')?.[1]
    const signer = new AwsV4Signer({
      ...credentials,
      method,
      url: `https://${domain}${target}`,
      headers: headers.filter(([name]) => name === 'content-type').map(([...pair]) => pair),
      ...(body === '' ? {} : { body }),
      region: scope.region,
      service: scope.service,
      datetime: scope.time,
      allHeaders: true,
    })
    const { headers: made } = await signer.sign()
    expect(made.get('authorization')).toMatch(new RegExp(`Signature=${signature}$`))
  })
})

test.each(['GetParameters', 'PutParameter'] as const)(
  'what asks the parameter store for %s is signed over its body, target and session',
  async (action) => {
    const stub = await startStub()
    await askStore(
      action,
      { Name: '/gatehouse/test/é' },
      {
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: 'session',
        AWS_ENDPOINT_URL_SSM: stub.origin,
      },
    )
    const [request] = stub.requests
    const authorization = headerOf(request, 'authorization') ?? ''
    const names = /SignedHeaders=([^,]+),/.exec(authorization)?.[1]?.split(';') ?? []
    expect(names).toEqual(['host', 'x-amz-date', 'x-amz-security-token', 'x-amz-target'])
    const signature = signatureOf(
      {
        method: 'POST',
        target: request?.url ?? '',
        headers: names.map((name) => [name, headerOf(request, name) ?? ''] as const),
        body: request?.body.toString('utf8') ?? '',
      },
      {
        time: headerOf(request, 'x-amz-date') ?? '',
        region: 'eu-central-1',
        service: 'ssm',
      },
      credentials.secretAccessKey,
    )
    expect(authorization).toMatch(new RegExp(`Signature=${signature}$`))
  },
)
