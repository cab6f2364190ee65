/** Accounts on the community's Matrix server; failures that pass are thrown as Failure('unavailable'). */
export interface Matrix {
  /**
   * Makes an account that is no admin. `taken`: the name is in use, perhaps by an earlier try of ours whose answer was
   * lost; `refused`: the server will never take this name or password.
   */
  register(account: MatrixAccount): Promise<'registered' | 'taken' | 'refused'>
  /** Whether this password opens this account: signs in once and out again. A 429 is Failure('unavailable') with its seconds. */
  opens(account: Pick<MatrixAccount, 'localpart' | 'password'>): Promise<boolean>
}

/** An account to make. */
export interface MatrixAccount {
  readonly localpart: string
  readonly password: string
  readonly displayName: string
  /**
   * When the person asked for it. An account of that name that was made later, and that nobody has used, can only come
   * from an earlier try of ours; a server that makes accounts in two steps needs that to end what a try began.
   */
  readonly wishedAt?: Date
}
