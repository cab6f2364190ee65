import { endpointProperties } from './custom-domain.ts'
import type { Functions } from './definitions.ts'
import { logGroup } from './log-groups.ts'
import { type Route, routeTable } from './routes.ts'
import {
  attribute,
  lambdaId,
  logicalName,
  type Resource,
  type Resources,
  type Stack,
  sharedValue,
  substitute,
  type Value,
} from './stack.ts'
import { permission } from './triggers.ts'

const methods = ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT']

/**
 * What the gateway lets through before it answers 429 by itself (T25); AWS would let through 10,000 a second.
 * 100 a second are 200 people who look at their task every 2 seconds, or six times a rush of 1,000 accounts
 * a minute. A burst of 200 wakes at most 200 functions, so it opens about 400 connections of the 500 that
 * the smallest Atlas cluster takes, and leaves the workers their part of the 1,000 functions that an account
 * may run at once. A flood then costs tens of dollars a day, not thousands. One client's share is counted
 * elsewhere (lib/http/policy.ts). No route has a number of its own: routes are made in other stacks, after
 * the stage, and AWS refuses a stage that names a route which is not there yet.
 */
const throttle = { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 } as const

/** The HTTP API itself; only `core` has it. */
export function apiResources(stack: Stack): Resources {
  return {
    HttpApi: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: `gatehouse-${stack.stage}`,
        ProtocolType: 'HTTP',
        ...endpointProperties(stack),
        ...cors(stack),
      },
    },
    HttpApiLogGroup: logGroup(`/aws/apigateway/gatehouse-${stack.stage}`),
    HttpApiStage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: {
        ApiId: { Ref: 'HttpApi' },
        StageName: '$default',
        AutoDeploy: true,
        DefaultRouteSettings: throttle,
        AccessLogSettings: {
          DestinationArn: attribute('HttpApiLogGroup', 'Arn'),
          Format: JSON.stringify(accessLogFields),
        },
      },
    },
  }
}

/** What the gateway says about each request; the client's address stays out of it. */
const accessLogFields = {
  requestId: '$context.requestId',
  routeKey: '$context.routeKey',
  status: '$context.status',
  responseLatency: '$context.responseLatency',
  integrationLatency: '$context.integrationLatency',
  integrationError: '$context.integrationErrorMessage',
  error: '$context.error.message',
}

/** Without origins the gateway sends no CORS headers at all: pages of other sites cannot read answers. */
function cors({ settings }: Stack): Resource['Properties'] {
  const origins = (settings['CORS_ORIGINS'] ?? '').split(/[\s,]+/).filter(Boolean)
  if (origins.length === 0) return {}
  return {
    CorsConfiguration: {
      AllowOrigins: origins,
      AllowMethods: methods,
      AllowHeaders: ['authorization', 'content-type'],
      ExposeHeaders: ['retry-after', 'x-request-id'],
      MaxAge: 600,
    },
  }
}

/** Routes of a stack's functions, with one integration and one permission for each function. */
export function routeResources(stack: Stack, functions: Functions): Resources {
  const routes = routeTable(functions)
  const apiId = sharedValue(stack, 'HttpApiId')
  const names = [...new Set(routes.map(({ functionName }) => functionName))]
  return Object.assign(
    {},
    ...names.map((name) => integration(apiId, name)),
    ...routes.map((route) => routeResource(apiId, route)),
  )
}

function integration(apiId: Value, name: string): Resources {
  const source = 'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*'
  return {
    [`${logicalName(name)}Integration`]: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: apiId,
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: attribute(lambdaId(name), 'Arn'),
        PayloadFormatVersion: '2.0',
        TimeoutInMillis: 30_000,
      },
    },
    [`${logicalName(name)}Permission`]: permission(
      name,
      'apigateway.amazonaws.com',
      substitute(source, { Api: apiId }),
    ),
  }
}

function routeResource(apiId: Value, { key, functionName }: Route): Resources {
  const integrationId = `${logicalName(functionName)}Integration`
  return {
    [`${logicalName(functionName)}${routeSuffix(key)}`]: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: apiId,
        RouteKey: key,
        AuthorizationType: 'NONE',
        Target: substitute('integrations/${Integration}', { Integration: { Ref: integrationId } }),
      },
    },
  }
}

function routeSuffix(key: string): string {
  return key.endsWith('/{slash+}') ? 'SlashRoute' : 'Route'
}
