/**
 * A TCP proxy on 127.0.0.1 that can be told to do what networks do. It knows no protocol: it stands in front of
 * SSH, MongoDB, SQS, mail and chat alike.
 */
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import * as z from 'zod'
import { type Connection, joinTo, type Weather } from './connection.ts'
import { type Fault, pass } from './fault.ts'

/** A running proxy. */
export interface ChaosProxy {
  readonly port: number
  /** For servers that speak HTTP. */
  readonly origin: string
  /** Leads to another port from now on, as if somebody else had taken the address; what is there is reset. */
  turnTo(targetPort: number): void
  /** Sets what happens from now on, also to connections that are there; done when it holds. */
  set(fault: Fault): Promise<void>
  state(): ProxyState
  stop(): Promise<void>
}

/** A proxy as its control port tells of it. */
export interface ProxyState {
  readonly port: number
  readonly targetPort: number
  readonly fault: Fault
  readonly connections: number
}

/** Starts a proxy in front of a port of 127.0.0.1, on the given port or on a free one. */
export async function startProxy(options: {
  readonly targetPort: number
  readonly port?: number | undefined
}): Promise<ChaosProxy> {
  let { targetPort } = options
  const weather: Weather = { fault: pass, resetsLeft: 0 }
  const connections = new Set<Connection>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const onGone = () => connections.delete(connection)
    const connection = joinTo(targetPort, near, { weather, onGone })
    connections.add(connection)
  })
  const port = await listen(server, options.port)
  const endAll = () => {
    for (const connection of connections) connection.end()
  }
  let opening: Promise<void> = Promise.resolve()

  async function open(): Promise<void> {
    const isWanted = weather.fault.kind !== 'refuse'
    if (isWanted && !server.listening) await listen(server, port)
    if (!isWanted && server.listening) server.close()
  }

  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    turnTo: (other) => {
      targetPort = other
      endAll()
    },
    set: (fault) => {
      weather.fault = fault
      weather.resetsLeft = fault.kind === 'reset' ? (fault.times ?? Number.POSITIVE_INFINITY) : 0
      for (const connection of connections) connection.adapt(fault)
      opening = opening.then(open)
      return opening
    },
    state: () => ({ port, targetPort, fault: weather.fault, connections: connections.size }),
    stop: async () => {
      await opening
      const closed = server.listening ? once(server, 'close') : undefined
      server.close()
      endAll()
      await closed
    },
  }
}

// Below the range that systems give to outgoing connections: while nobody listens here, nobody else gets the port.
const ports = { first: 12_000, behindLast: 32_000 } as const
const mostTries = 50

async function listen(
  server: Server,
  port: number | undefined,
  tries = mostTries,
): Promise<number> {
  const wanted = port ?? randomInt(ports.first, ports.behindLast)
  try {
    server.listen(wanted, '127.0.0.1')
    await once(server, 'listening')
    return wanted
  } catch (error) {
    const isTaken = z.object({ code: z.literal('EADDRINUSE') }).safeParse(error).success
    if (port !== undefined || !isTaken || tries <= 1) throw error
    return listen(server, undefined, tries - 1)
  }
}
