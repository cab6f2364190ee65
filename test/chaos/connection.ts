import { connect, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Direction, type Fault, isSilent } from './fault.ts'

/** What all connections of one proxy share: the fault of the moment, and what is left of it. */
export interface Weather {
  fault: Fault
  /** Connections that a `reset` may still end. */
  resetsLeft: number
}

/** One connection through a proxy, from the client's socket to the server's. */
export interface Connection {
  /** Takes notice of a fault that was just set. */
  adapt(fault: Fault): void
  /** Resets both sides. */
  end(): void
}

// More than this is not taken in while a side is slow; the sender feels it as a full window.
const mostWaitingBytes = 256 * 1024
const slicesPerSecond = 20

/** Joins a client's socket to a port of 127.0.0.1; `onGone` is called when both sides are closed. */
export function joinTo(
  targetPort: number,
  near: Socket,
  about: { readonly weather: Weather; readonly onGone: () => void },
): Connection {
  const { weather, onGone } = about
  const isAlone = isSilent(weather.fault)
  const far = isAlone
    ? new Socket()
    : connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  const passed = { to_server: 0, to_client: 0 }
  // What was swallowed is missing for good, so such a connection cannot go on afterwards.
  let isBroken = isAlone
  let closed = 0

  function end(): void {
    for (const socket of [near, far]) if (!socket.destroyed) socket.resetAndDestroy()
  }

  function swallow(): void {
    isBroken = true
  }

  function adapt(fault: Fault): void {
    passed.to_server = 0
    passed.to_client = 0
    if (fault.kind === 'refuse' || (isBroken && !isSilent(fault))) end()
    if (fault.kind !== 'half_open') return
    isBroken = true
    far.destroy()
  }

  for (const socket of [near, far]) {
    socket.on('error', () => (isSilent(weather.fault) ? swallow() : end()))
    socket.on('close', () => {
      closed += 1
      if (closed === 2) onGone()
    })
  }
  const common = { weather, passed, swallow, end }
  carry({ ...common, from: near, to: far, way: 'to_server' })
  carry({ ...common, from: far, to: near, way: 'to_client' })
  return { adapt, end }
}

interface Carriage {
  readonly from: Socket
  readonly to: Socket
  readonly way: Direction
  readonly weather: Weather
  readonly passed: Record<Direction, number>
  swallow(): void
  end(): void
}

/** Carries what one side says to the other, in order and as the weather allows. */
function carry(carriage: Carriage): void {
  const { from, to, weather } = carriage
  let last: Promise<unknown> = Promise.resolve()
  let waitingBytes = 0

  function queue(bytes: number, work: () => Promise<void> | void): void {
    const delay = weather.fault.kind === 'delay' ? weather.fault.milliseconds : 0
    const due = delay > 0 ? sleep(delay) : undefined
    waitingBytes += bytes
    if (waitingBytes > mostWaitingBytes) from.pause()
    last = Promise.all([last, due]).then(work)
    void last.then(() => {
      waitingBytes -= bytes
      if (waitingBytes <= mostWaitingBytes && !from.destroyed) from.resume()
    })
  }

  from.on('data', (chunk: Buffer) => queue(chunk.length, () => forward(carriage, chunk)))
  from.on('end', () =>
    queue(0, () => {
      if (isSilent(weather.fault)) carriage.swallow()
      else to.end()
    }),
  )
}

async function forward(carriage: Carriage, chunk: Buffer): Promise<void> {
  const { to, way, weather, passed } = carriage
  for (let rest = chunk; rest.length > 0; ) {
    const { fault } = weather
    if (isSilent(fault)) return carriage.swallow()
    if (to.destroyed) return undefined
    const slice = rest.subarray(0, bytesAllowed(carriage))
    if (slice.length === 0) {
      weather.resetsLeft -= 1
      return carriage.end()
    }
    await new Promise<void>((done) => to.write(slice, () => done()))
    passed[way] += slice.length
    rest = rest.subarray(slice.length)
    if (fault.kind === 'slow') await sleep((slice.length / fault.bytesPerSecond) * 1000)
  }
  return undefined
}

function bytesAllowed({ weather: { fault, resetsLeft }, way, passed }: Carriage): number {
  if (fault.kind === 'slow') return Math.max(1, Math.floor(fault.bytesPerSecond / slicesPerSecond))
  const mayReset = fault.kind === 'reset' && fault.direction === way && resetsLeft > 0
  return mayReset ? fault.afterBytes - passed[way] : Number.POSITIVE_INFINITY
}
