import type * as z from 'zod'
import type { Role } from '../accounts/account.ts'
import type { Opened, Uses } from '../adapters/adapter.ts'
import type { Failure, FailureCode } from '../failure.ts'
import type { Late } from '../late.ts'
import type { BasicCredential } from './credentials.ts'
import type { DialectName } from './dialects.ts'
import type { RateClass } from './policy.ts'
import type { Principal } from './principal.ts'
import type { Reply } from './reply.ts'

/** Methods that a route may have. HEAD and OPTIONS are answered for all routes alike. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Fields of a request: a flat or shallow object, unknown keys refused. */
export type Fields = z.ZodObject<z.ZodRawShape, z.core.$strict>

type Read<Schema extends Fields | undefined> = Schema extends Fields ? z.infer<Schema> : undefined

/** What the handler of an endpoint gets: everything checked, nothing raw. */
export interface RequestContext<
  Params extends Fields | undefined = Fields | undefined,
  Query extends Fields | undefined = Fields | undefined,
  Body extends Fields | undefined = Fields | undefined,
  Used extends Uses = Uses,
> {
  readonly params: Read<Params>
  readonly query: Read<Query>
  readonly body: Read<Body>
  readonly uses: Opened<Used>
  /** Set whenever the endpoint's `auth` names roles. */
  readonly principal: Principal | undefined
  /** The bearer credential as it came, for endpoints whose `auth` is `bearer`. */
  readonly bearer: string | undefined
  /** The Basic credential as it came (RFC 7617), for endpoints whose `auth` is `registration`. */
  readonly basic: BasicCredential | undefined
  /** The client's address as the gateway reports it; never from a header (T09). */
  readonly clientAddress: string
  /** First language of `Accept-Language` that Gatehouse speaks. */
  readonly language: 'en' | 'de' | undefined
  /** True for a browser form or a browser's navigation: answer with a page. */
  readonly wantsPage: boolean
  readonly requestId: string
  /** What was asked for as the gateway tells it; only the fallback reads it. */
  readonly request: {
    readonly method: string
    readonly rawPath: string
    readonly rawQuery: string
  }
}

/** Everything about one route. Routes, OpenAPI, environment, rights and the local server derive from it. */
export interface EndpointDefinition<
  Params extends Fields | undefined = Fields | undefined,
  Query extends Fields | undefined = Fields | undefined,
  Body extends Fields | undefined = Fields | undefined,
  Output extends z.ZodType | undefined = z.ZodType | undefined,
  Used extends Uses = Uses,
> {
  readonly method: Method
  /** `/tasks/{id}`; the spelling with a slash at the end is made from it. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  /**
   * `anyone`, roles that may call it, `bearer`: the handler judges the credential itself, or `registration`: it
   * judges a Basic credential of one registration or the access token of staff.
   */
  readonly auth: 'anyone' | 'bearer' | 'registration' | readonly Role[]
  readonly params?: Params
  readonly query?: Query
  readonly body?: Body
  /** True where a browser form may post `application/x-www-form-urlencoded` besides JSON. */
  readonly form?: boolean
  readonly status: 200 | 201 | 202 | 204 | 302
  /** Schema of the JSON answer. Undeclared fields never leave. */
  readonly output?: Output
  /** Media type of an answer that is not JSON, beside `output` or instead of it. */
  readonly media?: 'text/html' | 'text/css' | 'text/javascript' | 'application/json'
  /** Codes besides those that every endpoint has (lib/http/endpoint.ts, `impliedFailures`). */
  readonly failures: readonly FailureCode[]
  readonly dialect: DialectName
  readonly limits?: readonly RateClass[]
  /** `hashing` asks for the memory, and so the processor, that bcrypt needs (aws.md 3.3). */
  readonly size?: 'small' | 'hashing'
  /** Files of the build that are put beside the bundle. */
  readonly assets?: readonly string[]
  /** How a failure looks to a browser, for endpoints that people meet as pages. */
  readonly problemPage?: (
    failure: Failure,
    style: { readonly language: 'en' | 'de'; readonly communityName: string },
  ) => Reply
  readonly uses: Used
  readonly handler: (
    context: RequestContext<Params, Query, Body, Used>,
  ) =>
    | Promise<Reply | (Output extends z.ZodType ? z.input<Output> : never)>
    | Reply
    | (Output extends z.ZodType ? z.input<Output> : never)
}

/** An endpoint as it is declared: its schemas, or functions that make them. */
export type DeclaredEndpoint<
  Params extends Fields | undefined = Fields | undefined,
  Query extends Fields | undefined = Fields | undefined,
  Body extends Fields | undefined = Fields | undefined,
  Output extends z.ZodType | undefined = z.ZodType | undefined,
  Used extends Uses = Uses,
> = Omit<
  EndpointDefinition<Params, Query, Body, Output, Used>,
  'params' | 'query' | 'body' | 'output'
> & {
  readonly params?: Late<Params>
  readonly query?: Late<Query>
  readonly body?: Late<Body>
  readonly output?: Late<Output>
}
