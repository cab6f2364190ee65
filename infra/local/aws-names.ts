/** What the stand-ins of AWS call themselves; none of them checks a signature. */
export const awsNames = {
  region: 'eu-central-1',
  accountId: '000000000000',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
} as const
