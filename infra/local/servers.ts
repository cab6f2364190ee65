import { type LocalDiscord, startDiscord } from './discord.ts'
import { type LocalMailbox, startMailbox } from './mailbox.ts'
import { type LocalMatrixStub, startMatrixStub } from './matrix-stub.ts'
import { type LocalParameters, startParameters } from './parameters.ts'
import { type LocalQueues, startQueues } from './queues.ts'

/** The stand-ins of AWS, Discord and Matrix, all of this process. */
export interface Servers {
  readonly queues: LocalQueues
  readonly mailbox: LocalMailbox
  readonly discord: LocalDiscord
  readonly matrix: LocalMatrixStub
  readonly parameters: LocalParameters
  stop(): Promise<void>
}

/** Ports that people want to find again; the others take any that is free. */
export interface ServerPorts {
  readonly mailbox?: number
  readonly discord?: number
  readonly matrix?: number
}

/** Starts them on 127.0.0.1. */
export async function startServers(ports: ServerPorts = {}): Promise<Servers> {
  const [queues, mailbox, discord, matrix, parameters] = await Promise.all([
    startQueues(),
    startMailbox(ports.mailbox === undefined ? {} : { port: ports.mailbox }),
    startDiscord(ports.discord === undefined ? {} : { port: ports.discord }),
    startMatrixStub(ports.matrix === undefined ? {} : { port: ports.matrix }),
    startParameters(),
  ])
  const parts = [queues, mailbox, discord, matrix, parameters]
  const stop = async () => {
    for (const part of parts) await part.stop()
  }
  return { queues, mailbox, discord, matrix, parameters, stop }
}
