const wholeNumber = 'a whole number from 1 to 999999'

/** What a setting has to look like, for whoever wrote it otherwise. */
export const settingForms: Readonly<Record<string, string>> = {
  ALARM_ADDRESS: 'one mail address',
  CERTIFICATE_ARN: 'the ARN of a certificate, arn:aws:acm:REGION:ACCOUNT:certificate/ID',
  COMMUNITY_NAME: '1 to 100 characters in one line',
  CREATE_USER_PER_HOUR: wholeNumber,
  DEFAULT_LANGUAGE: 'en or de',
  DISCORD_ROLE_ID: 'up to 20 digits',
  HOST_ADDRESS: 'a domain or an IP address, without a port',
  HOST_PORT: 'a whole number from 1 to 65535',
  HOST_USER: 'the name of an account on the host',
  MAIL_DOMAIN: 'a domain in small letters, such as lantern.example',
  MAIL_SENDER: 'accounts@lantern.example or Lantern <accounts@lantern.example>',
  MANAGERS: 'up to 50 mail addresses with commas between',
  MATRIX_DRIVER: 'synapse or mas',
  MATRIX_SERVER_NAME: 'the name in the ids of its accounts, such as lantern.example',
  MATRIX_URL: 'an address with https, such as https://matrix.lantern.example',
  PENDING_REGISTRATIONS: wholeNumber,
  PUBLIC_URL: 'an address with https and without a path, such as https://join.lantern.example',
  REGION: 'the name of a region, such as eu-central-1',
  REGISTRATION_TARGETS: 'yunohost, matrix, or matrix,yunohost',
}
