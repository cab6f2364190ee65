import * as z from 'zod'

const amount = /^(?!0+(\.0+)?$)\d{1,6}(\.\d{1,3})?$/

/** A setting of seconds, with up to three decimals: what holds where it is not set, and the most it can be. */
export function seconds(usual: number, most = 3600) {
  return z.string().regex(amount).transform(Number).pipe(z.number().max(most)).default(usual)
}

/** Waits that follow one another, in seconds, with commas between them. */
export function secondsInTurn(usual: readonly number[]) {
  return z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.string().regex(amount).transform(Number)).min(1).max(10))
    .default([...usual])
}
