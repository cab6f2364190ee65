import type { Registering, Site } from '../ports.ts'
import type { Places } from './registration-view.ts'

/** Where this installation makes accounts, as the pages of a registration tell it. */
export function placesOf(
  { targets, matrixServerName }: Registering,
  { mailDomain }: Pick<Site, 'mailDomain'>,
): Places {
  const matrix = matrixServerName ? { matrix: matrixServerName } : {}
  return { targets, servers: { ...matrix, yunohost: mailDomain } }
}
