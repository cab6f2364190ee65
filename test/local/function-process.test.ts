import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { newFunctionPool } from '../../infra/local/function-process.ts'
import { newInvocation } from '../../infra/local/invocation.ts'

const environment = { LAMBDA_TASK_ROOT: '', _HANDLER: 'code/index.handler', COLOUR: 'green' }

/** A function of the given source, called like on AWS. */
async function newFunction(source: string, timeoutSeconds = 10) {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-function-'))
  await mkdir(join(folder, 'code'))
  await writeFile(join(folder, 'code', 'index.cjs'), source)
  const about = { name: 'echo', folder, handler: environment._HANDLER, memoryMegabytes: 128 }
  const lines: string[] = []
  const pool = newFunctionPool({
    deployed: { ...about, timeoutSeconds, environment: () => ({}) },
    environment: { ...environment, LAMBDA_TASK_ROOT: folder },
    onLine: (line) => lines.push(line),
  })
  onTestFinished(async () => {
    await pool.stop()
    await rm(folder, { recursive: true })
  })
  return { lines, call: (event: unknown) => pool.invoke(event, newInvocation(timeoutSeconds)) }
}

test('a function gets event and context, and no variable but its own', async () => {
  const { call } = await newFunction(`exports.handler = async (event, context) => ({
    event,
    left: context.getRemainingTimeInMillis(),
    id: context.awsRequestId,
    colour: process.env.COLOUR,
    others: Object.keys(process.env).filter((name) => /^(PATH|HOME|NODE_OPTIONS|VITEST.*)$/.test(name)),
    node: process.versions.node,
  })`)
  expect(await call({ a: 1 })).toEqual({
    event: { a: 1 },
    left: expect.closeTo(10_000, -3),
    id: expect.stringMatching(/^[\w-]{36}$/),
    colour: 'green',
    others: [],
    node: expect.stringMatching(/^24\./),
  })
})

test('what a function throws and writes is heard outside', async () => {
  const { call, lines } = await newFunction(`exports.handler = async () => {
    process.stdout.write('one line\\n')
    throw Object.assign(new TypeError('no'), { name: 'RingAgain' })
  }`)
  await expect(call({})).rejects.toMatchObject({ name: 'RingAgain', message: 'no' })
  expect(lines).toEqual(['one line'])
})

test('a bundle without its handler is an error of every call', async () => {
  const { call } = await newFunction('exports.other = 1')
  await expect(call({})).rejects.toThrow('code/index.handler is undefined or not exported')
  await expect(call({})).rejects.toThrow('not exported')
})

test('a function that takes too long is ended, and the next call has a new process', async () => {
  const { call } = await newFunction(
    `exports.handler = ({ wait }) => new Promise((resolve) => setTimeout(resolve, wait, process.pid))`,
    1,
  )
  const before = await call({ wait: 0 })
  await expect(call({ wait: 5_000 })).rejects.toThrow('longer than 1 seconds')
  expect(await call({ wait: 0 })).not.toBe(before)
})

test('a process that ends in the middle of a call is told', async () => {
  const { call } = await newFunction('exports.handler = () => process.exit(3)')
  await expect(call({})).rejects.toThrow('The process of echo ended (3)')
})

test('calls one after the other share a process, and calls at once do not', async () => {
  const { call } = await newFunction(
    'exports.handler = () => new Promise((resolve) => setTimeout(resolve, 300, process.pid))',
  )
  expect(await call({})).toBe(await call({}))
  const atOnce = await Promise.all(Array.from({ length: 6 }, () => call({})))
  expect(new Set(atOnce).size).toBe(4)
})

test('nothing runs between two calls, as on Lambda', async () => {
  const { call } = await newFunction(`let ticks = 0
    setInterval(() => { ticks += 1 }, 10)
    exports.handler = async () => ticks`)
  await call({})
  await sleep(600)
  expect(await call({})).toBeLessThan(20)
})
