/**
 * Why a mail or chat message was not accepted.
 * `transient`: not accepted, try again. `permanent`: will never be accepted. `ambiguous`: perhaps accepted.
 */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
  readonly kind: 'transient' | 'permanent' | 'ambiguous'
  /** Seconds that the other side asked us to wait. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    kind: DeliveryError['kind'],
    message: string,
    options: { retryAfterSeconds?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.kind = kind
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}
