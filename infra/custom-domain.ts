import type { Settings } from './settings.ts'
import { attribute, type Resources, type Stack, type Value } from './stack.ts'

/** The host name that the API answers under, where the settings bring a certificate for it. */
function domainOf(settings: Settings): string | undefined {
  if (!settings['CERTIFICATE_ARN']) return undefined
  return new URL(settings['PUBLIC_URL'] ?? '').hostname
}

/** A sentence about a certificate that does not go with the rest of the settings. */
export function certificateProblem(settings: Settings): string | undefined {
  const arn = settings['CERTIFICATE_ARN']
  if (!arn) return undefined
  const url = settings['PUBLIC_URL'] ?? ''
  if (!/^https:\/\/[^:]+$/.test(url)) {
    return 'CERTIFICATE_ARN needs a PUBLIC_URL with https and without a port.'
  }
  const region = arn.split(':')[3]
  if (region === settings['REGION']) return undefined
  return `The certificate is of the region ${region}, and the API of ${settings['REGION']}.`
}

/** The domain of the API's own, and its way to the API; empty without a certificate. */
export function customDomainResources({ settings }: Stack): Resources {
  const domain = domainOf(settings)
  if (domain === undefined) return {}
  return {
    CustomDomain: {
      Type: 'AWS::ApiGatewayV2::DomainName',
      Properties: {
        DomainName: domain,
        DomainNameConfigurations: [
          {
            CertificateArn: settings['CERTIFICATE_ARN'] ?? '',
            EndpointType: 'REGIONAL',
            SecurityPolicy: 'TLS_1_2',
          },
        ],
      },
    },
    CustomDomainMapping: {
      Type: 'AWS::ApiGatewayV2::ApiMapping',
      Properties: {
        ApiId: { Ref: 'HttpApi' },
        DomainName: { Ref: 'CustomDomain' },
        Stage: { Ref: 'HttpApiStage' },
      },
    },
  }
}

/** Beside a domain of its own, the API has no second address that mailed links never name. */
export function endpointProperties({ settings }: Stack): Readonly<Record<string, Value>> {
  return domainOf(settings) === undefined ? {} : { DisableExecuteApiEndpoint: true }
}

/** What a DNS record of the domain has to point at. */
export function customDomainOutputs({ settings }: Stack): Readonly<Record<string, Value>> {
  if (domainOf(settings) === undefined) return {}
  return {
    CustomDomainTarget: {
      Description: 'The CNAME of the domain in PUBLIC_URL',
      Value: attribute('CustomDomain', 'RegionalDomainName'),
    },
  }
}
