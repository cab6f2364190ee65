import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { type ChaosProxy, startProxy } from './proxy.ts'

/** What one end of a connection heard. */
interface End {
  readonly socket: Socket
  /** Bytes as text, in order. */
  text(): string
  /** `end` for a FIN, `reset` for an RST. */
  readonly heard: string[]
}

function listenTo(socket: Socket): End {
  const parts: Buffer[] = []
  const heard: string[] = []
  socket.on('data', (part: Buffer) => parts.push(part))
  socket.on('end', () => heard.push('end'))
  socket.on('error', (error: NodeJS.ErrnoException) =>
    heard.push(error.code === 'ECONNRESET' ? 'reset' : String(error.code)),
  )
  return { socket, heard, text: () => Buffer.concat(parts).toString() }
}

async function newGround() {
  const served: End[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => served.push(listenTo(socket)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const targetPort = typeof address === 'object' && address !== null ? address.port : 0
  const proxy = await startProxy({ targetPort })
  onTestFinished(async () => {
    await proxy.stop()
    for (const { socket } of served) socket.destroy()
    server.close()
  })
  /** A connection through the proxy: both its ends, once the server has it. */
  const open = async () => {
    const before = served.length
    const client = listenTo(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }))
    await expect.poll(() => served.length, { interval: 5 }).toBeGreaterThan(before)
    const atServer = served[before]
    if (atServer === undefined) throw new Error('The server has no connection.')
    return { client, server: atServer }
  }
  return { proxy, open, served }
}

/** A new connection's client end, whatever becomes of it. */
function dial(proxy: ChaosProxy): End {
  return listenTo(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }))
}

const soon = { interval: 5, timeout: 2000 }
const quietMilliseconds = 150

test('without a fault every byte and every end passes, each way', async () => {
  const { proxy, open } = await newGround()
  const { client, server } = await open()
  const long = 'x'.repeat(3_000_000)
  client.socket.end(`hello ${long}`)
  await expect.poll(() => server.heard, soon).toEqual(['end'])
  expect(server.text() === `hello ${long}`).toBe(true)
  server.socket.end(`welcome ${long}`)
  await expect.poll(() => client.heard, soon).toEqual(['end'])
  expect(client.text() === `welcome ${long}`).toBe(true)
  await expect.poll(() => proxy.state().connections, soon).toBe(0)
})

test('a reset of one side is a reset for the other', async () => {
  const { open } = await newGround()
  const one = await open()
  one.client.socket.resetAndDestroy()
  await expect.poll(() => one.server.heard, soon).toEqual(['reset'])
  const other = await open()
  other.server.socket.resetAndDestroy()
  await expect.poll(() => other.client.heard, soon).toEqual(['reset'])
})

test('where the server is away the client is reset', async () => {
  const proxy = await startProxy({ targetPort: 1 })
  onTestFinished(() => proxy.stop())
  const client = dial(proxy)
  await expect.poll(() => client.heard, soon).toEqual(['reset'])
})

test('refuse resets what is there and refuses what comes, until it ends, on the same port', async () => {
  const { proxy, open } = await newGround()
  const { client, server } = await open()
  await proxy.set({ kind: 'refuse' })
  await expect.poll(() => [client.heard, server.heard], soon).toEqual([['reset'], ['reset']])
  const refused = dial(proxy)
  await expect.poll(() => refused.heard, soon).toEqual(['ECONNREFUSED'])
  await proxy.set({ kind: 'pass' })
  const after = await open()
  after.client.socket.write('again')
  await expect.poll(after.server.text, soon).toBe('again')
})

test('changes in a row end with the last one', async () => {
  const { proxy, open } = await newGround()
  const changes = ['refuse', 'pass', 'refuse', 'pass', 'refuse'] as const
  await Promise.all(changes.map((kind) => proxy.set({ kind })))
  const refused = dial(proxy)
  await expect.poll(() => refused.heard, soon).toEqual(['ECONNREFUSED'])
  await Promise.all(
    ['pass' as const, 'refuse' as const, 'pass' as const].map((kind) => proxy.set({ kind })),
  )
  expect((await open()).client.heard).toEqual([])
})

test('a proxy can be turned to another server in the middle of everything', async () => {
  const one = await newGround()
  const other = await newGround()
  const { client } = await one.open()
  one.proxy.turnTo(other.proxy.port)
  await expect.poll(() => client.heard, soon).toEqual(['reset'])
  const turned = dial(one.proxy)
  turned.socket.write('hello')
  await expect.poll(() => other.served[0]?.text(), soon).toBe('hello')
  expect(one.served).toHaveLength(1)
})

test('a black hole takes connections and bytes and tells neither side', async () => {
  const { proxy, open, served } = await newGround()
  const before = await open()
  await proxy.set({ kind: 'black_hole' })
  before.client.socket.end('lost')
  before.server.socket.write('lost too')
  const late = dial(proxy)
  late.socket.write('lost as well')
  await sleep(quietMilliseconds)
  expect([before.client.heard, before.server.heard, late.heard]).toEqual([[], [], []])
  expect([before.client.text(), before.server.text(), served.length]).toEqual(['', '', 1])
  // Nobody can go on with a hole in what was said.
  await proxy.set({ kind: 'pass' })
  await expect.poll(() => [before.server.heard, late.heard], soon).toEqual([['reset'], ['reset']])
})

test('a connection that said nothing in a black hole goes on afterwards', async () => {
  const { proxy, open } = await newGround()
  const { client, server } = await open()
  await proxy.set({ kind: 'black_hole' })
  await sleep(20)
  await proxy.set({ kind: 'pass' })
  client.socket.write('still here')
  await expect.poll(server.text, soon).toBe('still here')
})

test('half-open ends the server side, and the client hears no end, no reset and no byte', async () => {
  const { proxy, open, served } = await newGround()
  const { client, server } = await open()
  await proxy.set({ kind: 'half_open' })
  await expect.poll(() => server.heard, soon).toEqual(['end'])
  client.socket.write('is anybody there?')
  const late = dial(proxy)
  late.socket.write('hello?')
  await sleep(quietMilliseconds)
  expect([client.heard, late.heard, client.text()]).toEqual([[], [], ''])
  expect(client.socket.readyState).toBe('open')
  expect([server.text(), served.length]).toEqual(['', 1])
  await proxy.set({ kind: 'pass' })
  await expect.poll(() => [client.heard, late.heard], soon).toEqual([['reset'], ['reset']])
})

test.each([
  ['to_server', 'server'],
  ['to_client', 'client'],
] as const)('reset lets exactly so many bytes pass %s, and then none', async (direction, end) => {
  const { proxy, open } = await newGround()
  const ends = await open()
  const speaker = direction === 'to_server' ? ends.client : ends.server
  ends.client.socket.write('before')
  ends.server.socket.write('before')
  await expect.poll(ends[end].text, soon).toBe('before')
  await proxy.set({ kind: 'reset', afterBytes: 4, direction })
  speaker.socket.write('abcd')
  await expect.poll(ends[end].text, soon).toBe('beforeabcd')
  expect(ends[end].heard).toEqual([])
  speaker.socket.write('e')
  await expect
    .poll(() => [ends.client.heard, ends.server.heard], soon)
    .toEqual([['reset'], ['reset']])
  expect(ends[end].text()).toBe('beforeabcd')
})

test('a reset in one direction leaves the other alone', async () => {
  const { proxy, open } = await newGround()
  await proxy.set({ kind: 'reset', afterBytes: 0, direction: 'to_client' })
  const { client, server } = await open()
  client.socket.write('a long request')
  await expect.poll(server.text, soon).toBe('a long request')
  expect(client.heard).toEqual([])
  server.socket.write('an answer')
  await expect.poll(() => client.heard, soon).toEqual(['reset'])
  expect(client.text()).toBe('')
})

test('a reset of so many connections spares the next', async () => {
  const { proxy, open } = await newGround()
  await proxy.set({ kind: 'reset', afterBytes: 0, direction: 'to_server', times: 2 })
  for (const expected of [['reset'], ['reset'], []]) {
    const { client, server } = await open()
    client.socket.write('one')
    client.socket.write('two')
    const outcome = () => (server.text() === 'onetwo' ? [] : client.heard)
    await expect.poll(outcome, soon).toEqual(expected)
    if (expected.length > 0) await expect.poll(() => client.heard, soon).toEqual(expected)
  }
})

test('delay holds every byte back for its time, each way, and keeps the order', async () => {
  const { proxy, open } = await newGround()
  const { client, server } = await open()
  await proxy.set({ kind: 'delay', milliseconds: 120 })
  const began = performance.now()
  for (const word of ['one ', 'two ', 'three']) client.socket.write(word)
  client.socket.end()
  await expect.poll(() => server.heard, soon).toEqual(['end'])
  expect(server.text()).toBe('one two three')
  server.socket.write('answer')
  await expect.poll(client.text, soon).toBe('answer')
  const took = performance.now() - began
  expect(took).toBeGreaterThanOrEqual(235)
  expect(took).toBeLessThan(1200)
})

test('slow lets so many bytes a second pass', async () => {
  const { proxy, open } = await newGround()
  const { client, server } = await open()
  await proxy.set({ kind: 'slow', bytesPerSecond: 10_000 })
  const began = performance.now()
  client.socket.write('x'.repeat(5000))
  await expect.poll(() => server.text().length, soon).toBe(5000)
  const seconds = (performance.now() - began) / 1000
  expect(seconds).toBeGreaterThan(0.4)
  expect(seconds).toBeLessThan(1.8)
  // What waits does not have to wait on when the fault is over.
  client.socket.write('y'.repeat(1_000_000))
  await sleep(20)
  await proxy.set({ kind: 'pass' })
  await expect.poll(() => server.text().length, soon).toBe(1_005_000)
})

test('stop ends every connection and frees the port, whatever the fault', async () => {
  for (const kind of ['pass', 'refuse', 'black_hole', 'half_open'] as const) {
    const { proxy, open } = await newGround()
    const { client } = await open()
    await proxy.set({ kind })
    await proxy.stop()
    await expect.poll(() => client.heard, soon).toEqual(['reset'])
    const again = await startProxy({ targetPort: 1, port: proxy.port })
    await again.stop()
  }
})
