import type { AWS } from 'osls'

/** The value of `--name=value` or `--name value` of the command that reads this file. */
function option(pattern: RegExp): string | undefined {
  return pattern.exec(process.argv.join(' '))?.[1]
}

/** One stack for each family: `osls package --param=family=core`, then the others. */
async function configuration(): Promise<AWS> {
  const { functions } = await import('./functions/index.ts')
  const { settingsOf } = await import('./infra/settings.ts')
  const { templateOf } = await import('./infra/template.ts')
  const stage = option(/--stage[= ]([a-z0-9-]+)/) ?? 'dev'
  const family = option(/--param[= ]family=([a-z]+)/) ?? 'core'
  const template = templateOf({ stage, family, settings: settingsOf(stage, functions) }, functions)
  const service = {
    service: `gatehouse-${family}`,
    frameworkVersion: '4',
    configValidationMode: 'error',
    provider: {
      name: 'aws',
      runtime: 'nodejs24.x',
      architecture: 'arm64',
      region: "${opt:region, 'eu-central-1'}",
      stage,
      versionFunctions: false,
      logRetentionInDays: 30,
    },
    package: { individually: true },
    functions: template.functions,
    resources: { Resources: template.resources, Outputs: template.outputs },
  }
  return service as unknown as AWS
}

export default configuration()
