import type { AWS } from 'osls'

/** One stack for each family: `osls package --param=family=core`, then the others. */
async function configuration(): Promise<AWS> {
  const { functions } = await import('./functions/index.ts')
  const { oslsOption, serviceOf } = await import('./infra/service.ts')
  const stage = oslsOption(/--stage[= ]([a-z0-9-]+)/) ?? 'dev'
  const family = oslsOption(/--param[= ]family=([a-z]+)/) ?? 'core'
  return serviceOf(stage, family, functions)
}

export default configuration()
