import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readDeployment } from '../../infra/local/deployment.ts'

type Template = ReturnType<typeof community>

const property = (Type: string, Properties: object) => ({ Type, Properties })

/** Where a name is put into a text. */
const put = (name: string) => `\${${name}}`

const core = {
  Resources: {
    HttpApi: property('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: {
        AllowOrigins: ['https://a.example'],
        AllowMethods: ['GET'],
        AllowHeaders: ['authorization'],
        ExposeHeaders: ['retry-after'],
        MaxAge: 600,
      },
    }),
    HostQueue: property('AWS::SQS::Queue', { VisibilityTimeout: 120 }),
  },
  Outputs: {
    Queue: { Value: { Ref: 'HostQueue' }, Export: { Name: 'gatehouse-x-Queue' } },
  },
}

function community() {
  return {
    Resources: {
      Login: property('AWS::Lambda::Function', {
        Code: { S3Key: 'serverless/community/x/community-login.zip' },
        Handler: 'code/index.handler',
        Runtime: 'nodejs24.x',
        Timeout: 28,
        MemorySize: 512,
        Environment: {
          Variables: {
            HOST_QUEUE_URL: { 'Fn::ImportValue': 'gatehouse-x-Queue' },
            PUBLIC_URL: {
              'Fn::Sub': [`https://${put('Api')}.${put('AWS::Region')}`, { Api: 'one' }],
            },
          },
        },
      }),
      Integration: property('AWS::ApiGatewayV2::Integration', {
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: { 'Fn::GetAtt': ['Login', 'Arn'] },
        PayloadFormatVersion: '2.0',
        TimeoutInMillis: 30_000,
      }),
      Permission: property('AWS::Lambda::Permission', {
        FunctionName: { Ref: 'Login' },
        Principal: 'apigateway.amazonaws.com',
      }),
      Route: property('AWS::ApiGatewayV2::Route', {
        RouteKey: 'POST /login',
        Target: { 'Fn::Sub': [`integrations/${put('I')}`, { I: { Ref: 'Integration' } }] },
      }),
    },
  }
}

async function deploymentOf(spoil: (template: Template) => void = () => undefined) {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-templates-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const template = community()
  spoil(template)
  for (const [family, content] of Object.entries({ core, community: template })) {
    await mkdir(join(folder, family))
    const file = join(folder, family, 'cloudformation-template-update-stack.json')
    await writeFile(file, JSON.stringify(content))
  }
  return readDeployment(folder, '/code')
}

test('a function has its folder, its limits, and variables with the names that resources have here', async () => {
  const { functions } = await deploymentOf()
  const login = functions.get('community-login')
  expect(login).toMatchObject({
    folder: '/code/community-login',
    handler: 'code/index.handler',
    timeoutSeconds: 28,
    memoryMegabytes: 512,
  })
  expect(login?.environment({ HostQueue: 'http://127.0.0.1:1/host.fifo' })).toEqual({
    HOST_QUEUE_URL: 'http://127.0.0.1:1/host.fifo',
    PUBLIC_URL: 'https://one.eu-central-1',
  })
})

test('routes and CORS are those of the templates', async () => {
  const { routes, cors, gatewaySeconds } = await deploymentOf()
  expect(routes).toEqual([{ key: 'POST /login', functionName: 'community-login' }])
  expect(cors).toMatchObject({ origins: ['https://a.example'], maxAgeSeconds: 600 })
  expect(gatewaySeconds).toBe(30)
})

test('a function that the API may not call is an error', async () => {
  const spoilt = deploymentOf(({ Resources }) => {
    Resources.Permission.Properties = { FunctionName: { Ref: 'Login' }, Principal: 'another' }
  })
  await expect(spoilt).rejects.toThrow('The API may not call community-login')
})

test('a route that leads nowhere is an error', async () => {
  const spoilt = deploymentOf(({ Resources }) => {
    Resources.Route.Properties = { RouteKey: 'GET /x', Target: 'integrations/Nothing' }
  })
  await expect(spoilt).rejects.toThrow('GET /x leads to integrations/Nothing')
})

test.each([
  ['a resource that is not there', { Ref: 'Nothing' }, 'no resource Nothing'],
  ['an export that is not there', { 'Fn::ImportValue': 'nothing' }, 'No stack exports nothing'],
  ['something that no local part knows', { 'Fn::Join': ['', []] }, 'No text can be made'],
])('a variable of %s is an error', async (_, value, text) => {
  const { functions } = await deploymentOf(({ Resources }) => {
    Object.assign(Resources.Login.Properties, { Environment: { Variables: { X: value } } })
  })
  expect(() => functions.get('community-login')?.environment({})).toThrow(text)
})
