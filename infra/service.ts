import type { AWS } from 'osls'
import type { Functions } from './definitions.ts'
import { settingsOf } from './settings.ts'
import { templateOf } from './template.ts'

/** The stack of one family as osls takes it. */
export function serviceOf(stage: string, family: string, functions: Functions): AWS {
  const settings = settingsOf(stage, functions)
  const template = templateOf({ stage, family, settings }, functions)
  const service = {
    service: `gatehouse-${family}`,
    frameworkVersion: '4',
    configValidationMode: 'error',
    provider: {
      name: 'aws',
      runtime: 'nodejs24.x',
      architecture: 'arm64',
      region: settings['REGION'],
      stage,
      versionFunctions: false,
    },
    package: { individually: true },
    functions: template.functions,
    resources: { Resources: template.resources, Outputs: template.outputs },
  }
  // Values of a template are wider than the types of osls, which checks the whole by itself.
  return service as unknown as AWS
}

/** The value of an option of the osls command that reads its configuration, as `--name value` or `--name=value`. */
export function oslsOption(pattern: RegExp): string | undefined {
  return pattern.exec(process.argv.join(' '))?.[1]
}
