import { expect, test } from 'vitest'
import { awsClientConfig } from '../../lib/adapters/aws.ts'

const region = { AWS_REGION: 'eu-central-1' }
const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' }

test('without credentials and endpoint the SDK looks for its own', () => {
  expect(awsClientConfig(region, undefined)).toEqual({ region: 'eu-central-1' })
  expect(awsClientConfig({ ...region, AWS_ACCESS_KEY_ID: 'id' }, undefined)).toEqual({
    region: 'eu-central-1',
  })
})

test('credentials of a function come with their session', () => {
  expect(
    awsClientConfig({ ...region, ...keys, AWS_SESSION_TOKEN: 's' }, 'http://127.0.0.1:1'),
  ).toEqual({
    region: 'eu-central-1',
    endpoint: 'http://127.0.0.1:1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'key', sessionToken: 's' },
  })
  expect(awsClientConfig({ ...region, ...keys }, undefined)).toEqual({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'key' },
  })
})
