import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { functions } from '../../functions/index.ts'
import { settingForms } from '../../infra/setting-forms.ts'
import { settingStates, settingsOf } from '../../infra/settings.ts'

/** The settings of a stage whose file has this content. */
async function settingsFrom(content: unknown) {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-settings-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  await writeFile(join(folder, '.settings.prod.json'), text)
  return { folder, read: () => settingsOf('prod', functions, folder) }
}

// Every text is a list of origins to the template; what is for tests and for the engine nobody needs to write.
const withoutForm = /^(?:CORS_ORIGINS|ASSETS_FOLDER|AWS_.*|.*_SECONDS)$/

test('every setting that an operator may need has a form', () => {
  const names = settingStates('none', functions, '/nowhere').map(({ name }) => name)
  expect(Object.keys(settingForms)).toEqual(names.filter((name) => !withoutForm.test(name)))
})

describe('the settings of a stage', () => {
  test('are the examples where it has no file', () => {
    expect(settingsOf('prod', functions, '/nowhere')).toMatchObject({
      MAIL_DOMAIN: 'community.example',
    })
  })

  test('replace the examples one by one, numbers as texts', async () => {
    const own = { MAIL_DOMAIN: 'lantern.example', HOST_PORT: 2222, CREATE_USER_PER_HOUR: '60' }
    const { read } = await settingsFrom(own)
    expect(read()).toMatchObject({ ...own, HOST_PORT: '2222', HOST_USER: 'gatehouse' })
  })

  test.each([
    'PUBLIC_URL',
    'COMMUNITY_NAME',
    'MAIL_DOMAIN',
    'MAIL_SENDER',
    'DEFAULT_LANGUAGE',
    'HOST_ADDRESS',
    'HOST_PORT',
    'HOST_USER',
    'DISCORD_ROLE_ID',
    'CORS_ORIGINS',
    'CREATE_USER_PER_HOUR',
    'REGION',
    'ALARM_ADDRESS',
  ])('may name %s', async (name) => {
    const good: Readonly<Record<string, string>> = {
      PUBLIC_URL: 'https://gatehouse.example',
      MAIL_DOMAIN: 'lantern.example',
      MAIL_SENDER: 'Lantern <gatehouse@lantern.example>',
      DEFAULT_LANGUAGE: 'de',
      HOST_USER: 'gate',
      ALARM_ADDRESS: 'staff@lantern.example',
    }
    const { read } = await settingsFrom({ [name]: good[name] ?? '7' })
    expect(read()).toHaveProperty(name)
  })

  test('may leave one empty that need not be there', async () => {
    const { read } = await settingsFrom({ DISCORD_ROLE_ID: '', CORS_ORIGINS: '' })
    expect(read()).toMatchObject({ DISCORD_ROLE_ID: '' })
  })

  test.each([
    ['MAIL_DOMIAN', 'MAIL_DOMAIN'],
    ['mail_domain', 'MAIL_DOMAIN'],
    ['HOSTPORT', 'HOST_PORT'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['LANGUAGE', 'DEFAULT_LANGUAGE'],
    ['DISCORD_ROLE', 'DISCORD_ROLE_ID'],
  ])('that name %s are refused with the nearest name, %s', async (wrong, nearest) => {
    const { read } = await settingsFrom({ [wrong]: '7' })
    expect(read).toThrow(
      `.settings.prod.json: There is no setting ${wrong}; the nearest is ${nearest}.`,
    )
  })

  test('with several unknown names are told about all of them at once', async () => {
    const { read } = await settingsFrom({ MAIL_DOMIAN: 'a', MAIL_SENDER: 'a@b.example', HOST: 'c' })
    expect(read).toThrow(/MAIL_DOMIAN.*HOST;/)
    expect(read).not.toThrow(/setting MAIL_SENDER/)
  })

  test('cannot say what the template itself makes', async () => {
    const { read } = await settingsFrom({ SECRETS_PATH: '/other/', AWS_REGION: 'eu-west-1' })
    expect(read).toThrow(/SECRETS_PATH is made by the template itself.*AWS_REGION/)
  })

  test.each([
    [{ DEFAULT_LANGUAGE: 'fr' }, 'DEFAULT_LANGUAGE cannot be "fr". Right would be en or de.'],
    [{ HOST_PORT: 70_000 }, 'The setting HOST_PORT cannot be "70000".'],
    [{ MAIL_DOMAIN: '' }, 'The setting MAIL_DOMAIN cannot be "".'],
    [
      { MANAGERS: 'ada' },
      'cannot be "ada". Right would be up to 50 mail addresses with commas between.',
    ],
    [{ MAIL_SECONDS: 'x' }, /cannot be "x"\.$/],
  ])('that %j are refused before anything is deployed', async (own, sentence) => {
    const { read } = await settingsFrom(own)
    expect(read).toThrow(sentence)
  })

  test.each([
    [{}, 'CERTIFICATE_ARN needs a PUBLIC_URL with https and without a port.'],
    [{ PUBLIC_URL: 'https://a.example:8443' }, 'CERTIFICATE_ARN needs a PUBLIC_URL'],
    [
      { PUBLIC_URL: 'https://a.example', REGION: 'us-east-1' },
      'The certificate is of the region eu-central-1, and the API of us-east-1.',
    ],
  ])('that bring a certificate with %j are refused', async (own, sentence) => {
    const certificate = 'arn:aws:acm:eu-central-1:000000000000:certificate/0a1b2c3d'
    const { read } = await settingsFrom({ CERTIFICATE_ARN: certificate, ...own })
    expect(read).toThrow(sentence)
  })

  test.each([
    [{ REGISTRATION_TARGETS: 'matrix, yunohost' }, 'needs MATRIX_URL and MATRIX_SERVER_NAME too.'],
    [{ REGISTRATION_TARGETS: 'matrix', MATRIX_SERVER_NAME: 'a.example' }, 'needs MATRIX_URL too.'],
    [{ MATRIX_URL: 'https://a.example' }, 'needs MATRIX_SERVER_NAME too.'],
  ])('that say half of a Matrix server, %j, are refused', async (own, sentence) => {
    const { read } = await settingsFrom(own)
    expect(read).toThrow(sentence)
  })

  test('of a whole Matrix server are taken', async () => {
    const own = { MATRIX_URL: 'https://a.example', MATRIX_SERVER_NAME: 'a.example' }
    const { read } = await settingsFrom({ ...own, REGISTRATION_TARGETS: 'matrix' })
    expect(read()).toMatchObject(own)
  })

  test.each(['[]', 'null', '"text"', '{"MAIL_DOMAIN": {"a": 1}}', '{"MAIL_DOMAIN": null}'])(
    'written as %s are no settings',
    async (text) => {
      const { read } = await settingsFrom(text)
      expect(read).toThrow(/\.settings\.prod\.json is not an object of settings/)
    },
  )

  test('that are no JSON are refused with the name of the file', async () => {
    const { read } = await settingsFrom('{"MAIL_DOMAIN": "lantern.example",}')
    expect(read).toThrow(/\.settings\.prod\.json is not valid JSON/)
  })

  test('that cannot be read do not become the examples', async () => {
    const { folder } = await settingsFrom({})
    expect(() => settingsOf('prod', functions, join(folder, '.settings.prod.json'))).toThrow(
      /ENOTDIR/,
    )
  })
})
