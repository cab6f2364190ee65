import type { KeyPair } from './host-keys.ts'

/** Where a host lies, and how its gate is started. */
export type Ground = {
  readonly folder: string
  readonly gate: string
  readonly command: readonly [string, ...string[]]
  readonly user: string
  readonly hostKey: KeyPair
  readonly clientKey: KeyPair
}

/** An SSH server whose one command is the gate. */
export type SshServer = {
  readonly kind: 'openssh' | 'ssh2'
  readonly port: number
  readonly stop: () => Promise<void>
}
