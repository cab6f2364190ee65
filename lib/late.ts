import type * as z from 'zod'

/** A schema, or a function that makes it. */
export type Late<Schema> = Schema | (() => Schema)

/** What a late schema reads. */
export type ReadBy<Make extends () => z.ZodType> = z.infer<ReturnType<Make>>

/**
 * Makes a value at the first call and gives the same one ever after. Schemas are made like this: the first of each
 * kind costs most of what importing a function would cost, and no request needs all of them.
 */
export function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** A late schema as a function that makes it once. */
export function late<Schema extends z.ZodType | undefined>(given: Late<Schema>): () => Schema {
  return typeof given === 'function' ? once(given) : () => given
}
