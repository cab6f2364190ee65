import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A network line to one of the local servers that can be cut. */
export interface Line {
  readonly origin: string
  readonly port: number
  /** Ends every connection and refuses new ones. */
  cut(): void
  /** Takes connections and bytes, and lets nothing through either way. */
  hold(): void
  /** Lets everything through again; what was held is lost with its connection. */
  mend(): void
  stop(): Promise<void>
}

/** Puts a line in front of a port of 127.0.0.1. */
export async function startLine(targetPort: number): Promise<Line> {
  const sockets = new Set<Socket>()
  let state: 'whole' | 'cut' | 'held' = 'whole'
  const server = createServer((near) => {
    if (state === 'cut') return near.resetAndDestroy()
    keep(near)
    if (state === 'held') return near.resume()
    const far = connect(targetPort, '127.0.0.1')
    keep(far)
    near.pipe(far).pipe(near)
    return undefined
  })
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  }
  const endAll = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    cut: () => {
      state = 'cut'
      endAll()
    },
    hold: () => {
      state = 'held'
      for (const socket of sockets) socket.unpipe()
    },
    mend: () => {
      if (state === 'held') endAll()
      state = 'whole'
    },
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      endAll()
      await closed
    },
  }
}
