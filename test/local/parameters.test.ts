import { expect, onTestFinished, test } from 'vitest'
import { startParameters } from '../../infra/local/parameters.ts'

async function open() {
  const parameters = await startParameters()
  onTestFinished(parameters.stop)
  const ask = async (target: string, body: unknown) => {
    const headers = { 'X-Amz-Target': `AmazonSSM.${target}` }
    const answer = await fetch(parameters.endpoint, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: await answer.json() }
  }
  return { parameters, ask }
}

test('one and many parameters are read, unknown names are told', async () => {
  const { parameters, ask } = await open()
  parameters.set('/a/b', 'secret')
  const known = { Name: '/a/b', Value: 'secret', Type: 'SecureString' }
  expect(await ask('GetParameter', { Name: '/a/b' })).toMatchObject({
    status: 200,
    body: { Parameter: known },
  })
  expect(await ask('GetParameters', { Names: ['/a/b', '/c'] })).toMatchObject({
    status: 200,
    body: { Parameters: [known], InvalidParameters: ['/c'] },
  })
})

test('a parameter that was taken away is not found', async () => {
  const { parameters, ask } = await open()
  parameters.set('/a', 'x')
  parameters.set('/a', undefined)
  expect(await ask('GetParameter', { Name: '/a' })).toEqual({
    status: 400,
    body: { __type: 'ParameterNotFound' },
  })
})

test('more than ten names and other actions are refused', async () => {
  const { ask } = await open()
  const Names = Array.from({ length: 11 }, (_, index) => `/${index}`)
  expect((await ask('GetParameters', { Names })).status).toBe(400)
  expect((await ask('PutParameter', {})).status).toBe(400)
})
