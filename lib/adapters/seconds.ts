import * as z from 'zod'

const amount = /^(?!0+(\.0+)?$)\d{1,6}(\.\d{1,3})?$/

/** A setting of seconds, with up to three decimals, and what holds where it is not set. */
export function seconds(usual: number) {
  return z.string().regex(amount).transform(Number).default(usual)
}

/** Waits that follow one another, in seconds, with commas between them. */
export function secondsInTurn(usual: readonly number[]) {
  return z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.string().regex(amount).transform(Number)).min(1).max(10))
    .default([...usual])
}
