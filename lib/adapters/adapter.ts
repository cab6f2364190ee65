import type * as z from 'zod'
import { type Late, late } from '../late.ts'
import type { Ports } from '../ports.ts'

/** One right of the AWS account: an action on a resource that the templates know by its logical name. */
export interface Grant {
  readonly action: string
  readonly resource: 'HostQueue' | 'PostQueue' | 'DeadLetterQueue' | 'MailIdentity' | 'Secrets'
}

/** What an adapter is opened with. `share` gives the same value to every adapter of one process that asks for it. */
export interface Opening<Settings> {
  readonly settings: Settings
  /** The value of a secret by its name below the secrets path; kept for at most 5 minutes. */
  secret(name: string): Promise<string>
  share<Shared>(key: string, make: () => Shared): Shared
}

/** What an adapter may open to, if it does not stay right for ever: once outdated, it is opened anew for the next request. */
export interface Renewed {
  isOutdated(): Promise<boolean>
}

/** One way to fill a port: the settings it needs, the secrets and rights that go with it, and how it opens. */
export interface Adapter<Port, Settings = Record<string, unknown>> {
  /** Environment variables by name. Their values are names and addresses, never secrets. */
  readonly settings: z.ZodType<Settings> & { readonly shape: Readonly<Record<string, z.ZodType>> }
  readonly secrets: readonly string[]
  readonly grants: readonly Grant[]
  open(opening: Opening<Settings>): Port | Promise<Port>
}

/** An adapter whose settings are its own business; what a table of adapters holds. */
export interface AnyAdapter<Port = unknown> {
  readonly settings: z.ZodType & { readonly shape: Readonly<Record<string, z.ZodType>> }
  readonly secrets: readonly string[]
  readonly grants: readonly Grant[]
  open(opening: Opening<never>): Port | Promise<Port>
}

/** Adapters by port name, as an endpoint or a worker names them under `uses`. */
export type Uses = { readonly [Key in keyof Ports]?: AnyAdapter<Ports[Key]> }

/** The ports that a `uses` table opens to. */
export type Opened<Table extends Uses> = { readonly [Key in keyof Table & keyof Ports]: Ports[Key] }

/** An adapter as it is declared. */
export interface DeclaredAdapter<Port, Settings> extends Omit<Adapter<Port, Settings>, 'settings'> {
  readonly settings: Late<Adapter<Port, Settings>['settings']>
}

/** Makes an adapter of its declaration; its settings' schema is made when it is first looked at. */
export function adapter<Port, Settings>(
  declared: DeclaredAdapter<Port, Settings>,
): Adapter<Port, Settings> {
  const settings = late(declared.settings)
  return {
    ...declared,
    get settings() {
      return settings()
    },
  }
}
