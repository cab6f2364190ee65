import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { appendFile, chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, inject, test } from 'vitest'
import { endWithChildren } from '../../infra/local/host-ending.ts'
import { mailDomain } from '../../infra/local/installation.ts'
import { sshHost } from '../../lib/adapters/ssh.ts'
import { openPorts } from '../../lib/adapters/world.ts'
import {
  machine,
  newRealHost,
  operatorPassword,
  type RealHost,
  runProgram,
  whyNoRealHost,
} from '../support/real-host.ts'
import { askForAccount, tokenIn } from '../support/story.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const gate = '/usr/local/lib/gatehouse/gatehouse_gate.py'
const keys = '/var/lib/gatehouse/.ssh/authorized_keys'
const asked = '{"v":1,"op":"version"}'
const reason = whyNoRealHost()
if (reason !== undefined) {
  console.log(`The installation on a host is not tried here: ${reason}.`)
}

function install(host: RealHost, ...more: readonly string[]) {
  return host.command('install', 'ynh', '--yes', '--domain', mailDomain, ...withKey(host), ...more)
}

function withKey(host: RealHost): readonly string[] {
  return ['--key', host.keyFile]
}

/** The installed host as the one that a world's workers use. */
async function useHost(world: TestWorld, { port, privateKey, pin }: RealHost) {
  const real = { port, privateKey, user: 'gatehouse', hostKeyFingerprints: [pin] }
  world.installation.useHost({ ...(await world.host()), ...real })
}

/** Runs a command line as the account, past SSH. */
function asAccount(line: string) {
  return runProgram('setpriv', [
    ...['--reuid', 'gatehouse', '--regid', 'ssh.app', '--clear-groups', '--'],
    ...['/bin/sh', '-c', line],
  ])
}

describe.skipIf(reason !== undefined)('on this machine', { timeout: 120_000 }, () => {
  test('install, check and remove bring a gate that the main story goes through, and leave the machine as it was', async () => {
    const host = await newRealHost({ strength: 4 })
    const before = machine()
    const world = await newTestWorld()
    const env = { MONGODB_URI: databaseOf(world) }
    const line = ['ynh', '--yes', '--domain', mailDomain, ...withKey(host)]
    const planned = await host.command('install', ...line, '--dry-run')
    expect(planned).toMatchObject({
      code: 0,
      out: expect.stringContaining('make the system account'),
    })
    expect(machine()).toEqual(before)

    const installed = await host.commandWith({ env }, 'install', ...line)
    expect(installed).toMatchObject({ code: 0, out: expect.stringContaining(host.pin) })
    const after = machine()
    const again = await host.command('install', 'ynh')
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('in place already') })
    expect(machine()).toEqual(after)
    const checked = await host.command('check', 'ynh', ...withKey(host))
    expect(checked).toMatchObject({ code: 0, out: expect.stringContaining('All is well') })
    expect(checked.out).not.toContain('Wrong')
    expect(await host.state()).toMatchObject({
      settings: { 'security.portal.portal_allow_edit_email_alias': 0 },
    })
    await useHost(world, host)
    await playStory(world)

    const removed = await host.command('remove', 'ynh', '--yes')
    expect(removed).toMatchObject({ code: 0, out: expect.stringContaining('any more') })
    expect(machine()).toEqual(before)
    expect(await host.state()).toMatchObject({
      settings: { 'security.portal.portal_allow_edit_email_alias': 1 },
    })
    const gone = await host.command('remove', 'ynh', '--yes')
    expect(gone).toMatchObject({ code: 0, out: expect.stringContaining('Nothing of Gatehouse') })
  })

  test('every way past the gate is closed', async () => {
    const host = await newRealHost()
    expect(await install(host)).toMatchObject({ code: 0 })
    const ssh = (...args: readonly string[]) =>
      runProgram('ssh', ['-F', host.config, ...args], { input: `${asked}\n` })
    // The gate answers whatever was asked for, and nothing else does.
    for (const words of ['id', 'sh -c id', 'gatehouse; id', `sudo ${gate} --help`, '$(id)']) {
      const said = await ssh('door', words)
      expect(said.out, words).toContain('"class": "ok"')
      expect(said.out, words).not.toMatch(/uid=|usage/)
    }
    expect((await ssh('-tt', 'door')).out).toMatch(/PTY allocation request failed/)
    expect((await ssh('-v', '-A', '-X', 'door')).out).toMatch(/key options: command\r?\n/)
    expect((await ssh('-W', `127.0.0.1:${host.port}`, 'door')).code).not.toBe(0)
    const listen = ['-N', '-o', 'ExitOnForwardFailure=yes', '-R', '0:127.0.0.1:9', 'door']
    expect((await ssh(...listen)).code).not.toBe(0)
    const environment = await ssh('-o', 'SetEnv=LANG=$(id) LC_ALL=x PYTHONPATH=/tmp', 'door', 'x')
    expect(environment.out).toContain('"class": "ok"')
    // What the programs sftp and scp ask for; they themselves would wait until the gate gives up on them.
    for (const words of [
      ['-s', 'door', 'sftp'],
      ['door', 'scp -t /tmp/gh-taken'],
    ]) {
      const said = await runProgram('ssh', ['-F', host.config, ...words], {
        input: '\0\0\0\x05\x01',
      })
      expect(said.out, words.join(' ')).toContain('"key": "bad_request"')
    }
    expect(() => readFileSync('/tmp/gh-taken')).toThrow('ENOENT')
    const stranger = ['-o', `IdentityFile=${host.at('operator')}`, '-F', '/dev/null']
    const where = ['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=no', '-p', String(host.port)]
    const nobody = ['-o', 'UserKnownHostsFile=/dev/null', 'gatehouse@127.0.0.1']
    expect((await ssh(...stranger, ...where, ...nobody)).out).toContain('Permission denied')
    for (const rest of [
      'id',
      `${gate} --help`,
      `PYTHONPATH=/tmp ${gate}`,
      '-s',
      '-u gh-operator id',
    ]) {
      const said = await asAccount(`sudo -n ${rest} </dev/null`)
      expect(said, rest).toMatchObject({ code: 1, out: expect.stringContaining('sudo:') })
    }
    for (const place of [keys, gate, '/usr/local/lib/gatehouse/x', '/var/lib/gatehouse/x']) {
      expect((await asAccount(`echo x >> ${place}`)).code, place).not.toBe(0)
    }
    const { host: port } = await openHost(host)
    const about = { task: 'E'.repeat(22), step: 1, fence: 1, wait: 0 }
    for (const verb of ['tools_shell', 'settings_set', 'user_import', 'hook_add']) {
      // biome-ignore lint/suspicious/noExplicitAny: a verb that the types do not know is what is tried.
      const request: any = { op: 'run', verb, args: {}, ...about }
      expect(await port.ask(request), verb).toMatchObject({ state: 'refused', key: 'not_allowed' })
    }
    expect(await host.command('remove', 'ynh', '--yes')).toMatchObject({ code: 0 })
  })

  test('an operator who is not root installs with the password for sudo', async () => {
    const host = await newRealHost()
    const before = machine()
    const line = ['gh-operator@ynh', '--yes', '--domain', mailDomain, ...withKey(host)]
    const wrong = await host.commandWith({ input: 'wrong\n' }, 'install', ...line)
    expect(wrong).toMatchObject({ code: 1, out: expect.stringContaining('does not take this') })
    expect(machine()).toEqual(before)
    const input = `${operatorPassword}\n`
    const installed = await host.commandWith({ input }, 'install', ...line)
    expect(installed).toMatchObject({ code: 0, out: expect.stringContaining('answers') })
    expect(installed.out).not.toContain(operatorPassword)
    const removed = await host.commandWith({ input }, 'remove', 'gh-operator@ynh', '--yes')
    expect(removed).toMatchObject({ code: 0 })
    expect(machine()).toEqual(before)
  })

  test('another release, another machine and an unknown domain are refused with a reason', async () => {
    const host = await newRealHost({ version: '11.3.0' })
    const before = machine()
    const refusals: Array<readonly [say: RegExp, change: () => Promise<unknown>]> = [
      [/YunoHost 11\.3\.0, which writes every argument/, async () => undefined],
      [/knows release 12/, () => host.setStandin({ version: '13.0.1' })],
      [
        /does not serve lantern\.example/,
        () => host.setStandin({ version: '12.1.25', domains: ['other.example'] }),
      ],
      [/is no YunoHost/, () => rm('/etc/yunohost/installed')],
    ]
    for (const [sentence, change] of refusals) {
      await change()
      const said = await install(host)
      expect(said).toMatchObject({ code: 1, out: expect.stringMatching(sentence) })
    }
    await writeFile('/etc/yunohost/installed', '')
    expect(machine()).toEqual(before)
  })

  test('a step that fails takes back every step before it', async () => {
    const host = await newRealHost()
    const before = machine()
    const name = 'security.portal.portal_allow_edit_email_forward'
    await host.setFaults([{ fault: 'refuse_text', command: 'settings set', value: 'No.' }])
    const refused = await install(host)
    expect(refused).toMatchObject({ code: 1, out: expect.stringContaining('as it was before') })
    expect(machine()).toEqual(before)
    await host.setFaults([])
    // Lets the very last step fail: the account has no terminal for sudo.
    const rule = '/etc/sudoers.d/gh-terminal'
    await writeFile(rule, 'Defaults:gatehouse requiretty\n', { mode: 0o440 })
    const silent = await install(host)
    await rm(rule)
    expect(silent.out).toMatch(/see whether the gate answers the account\. .*tty.*as it was before/)
    expect(silent.code).toBe(1)
    expect(machine()).toEqual(before)
    expect(await host.state()).toMatchObject({ settings: { [name]: 1 } })
  })

  test('what is wrong on a host is said in sentences', async () => {
    const host = await newRealHost()
    expect(await install(host)).toMatchObject({ code: 0 })
    await chmod(gate, 0o775)
    await appendFile(keys, 'ssh-ed25519 AAAAC3Nza somebody\n')
    await mkdir('/etc/yunohost/hooks.d/post_user_create', { recursive: true })
    const hook = '/etc/yunohost/hooks.d/post_user_create/50-tell'
    await writeFile(hook, 'echo "$YNH_USER_PASSWORD"\n')
    await runProgram('yunohost', [
      ...['settings', 'set', 'security.portal.portal_allow_edit_email', '-v', 'yes'],
    ])
    const checked = await host.command('check', 'ynh', ...withKey(host))
    expect(checked.code).toBe(1)
    expect(checked.out).toContain(`Wrong: It is still to be done: put the gate there: ${gate}.`)
    expect(checked.out).toContain(`Wrong: A line of ${keys} allows more or other than the gate.`)
    expect(checked.out).toMatch(/Wrong: .*portal lets members change: \S+allow_edit_email\./)
    expect(checked.out).toContain(`Note: ${hook} reads the password and runs under bash -x`)
    expect(await install(host)).toMatchObject({ code: 0 })
    expect(await readFile(keys, 'utf8')).not.toContain('somebody')
    const healed = await host.command('check', 'ynh', ...withKey(host))
    expect(healed).toMatchObject({ code: 0, out: expect.not.stringContaining('Wrong') })
    expect(await host.command('remove', 'ynh', '--yes')).toMatchObject({ code: 0 })
    const gone = await host.command('check', 'ynh')
    expect(gone).toMatchObject({ code: 1, out: expect.stringContaining('is not installed') })
  })

  test('while a key is rotated both let in, from the addresses told only', async () => {
    const host = await newRealHost()
    const before = machine()
    await runProgram('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', host.at('next')])
    const knock = async (file: string) => {
      const own = ['-o', `HostName=127.0.0.1`, '-o', `IdentityFile=${host.at(file)}`]
      const where = ['-F', '/dev/null', '-p', String(host.port), '-o', 'IdentitiesOnly=yes']
      const known = ['-o', 'BatchMode=yes', '-o', `UserKnownHostsFile=${host.at('known_hosts')}`]
      const line = [...own, ...where, ...known, 'gatehouse@127.0.0.1']
      return (await runProgram('ssh', line, { input: `${asked}\n` })).out
    }
    const next = ['--key', host.at('next')]
    expect(await install(host, ...next, '--from', '127.0.0.1')).toMatchObject({ code: 0 })
    expect(await knock('worker')).toContain('"class": "ok"')
    expect(await knock('next')).toContain('"class": "ok"')
    const line = ['ynh', '--yes', '--domain', mailDomain, ...next]
    const rotated = await host.command('install', ...line)
    expect(rotated).toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing else, still from 127.0.0.1 only'),
    })
    expect(await knock('worker')).toContain('Permission denied')
    expect(await knock('next')).toContain('"class": "ok"')
    const elsewhere = await host.command('install', ...line, '--from', '192.0.2.1')
    expect(elsewhere).toMatchObject({ code: 0 })
    expect(await knock('next')).toContain('Permission denied')
    expect((await runProgram('getent', ['shadow', 'gatehouse'])).out).toMatch(/^gatehouse:\*:/)
    expect(await host.command('remove', 'ynh', '--yes')).toMatchObject({ code: 0 })
    expect(machine()).toEqual(before)
  })

  test('an account of that name which somebody else made is left alone', async () => {
    const host = await newRealHost()
    await runProgram('useradd', ['--no-create-home', '--home-dir', '/srv/other', 'gatehouse'])
    const before = machine()
    const refused = await install(host)
    expect(refused).toMatchObject({
      code: 1,
      out: expect.stringContaining('that Gatehouse did not make'),
    })
    expect(machine()).toEqual(before)
  })

  test('a gate that is in use stays', async () => {
    const host = await newRealHost()
    expect(await install(host)).toMatchObject({ code: 0 })
    const before = machine()
    const line = spawn('ssh', ['-F', host.config, '-N', 'door'], { stdio: 'ignore' })
    await sleep(1000)
    const refused = await host.command('remove', 'ynh', '--yes')
    await endWithChildren(line)
    expect(refused).toMatchObject({ code: 1, out: expect.stringContaining('pause its lane') })
    expect(machine()).toEqual(before)
    expect(await host.command('remove', 'ynh', '--yes')).toMatchObject({ code: 0 })
  })
})

function databaseOf({ db }: TestWorld): string {
  return inject('ground').databaseUri.replace('DATABASE', db.databaseName)
}

async function openHost(host: RealHost) {
  const world = await newTestWorld()
  await useHost(world, host)
  return openPorts({ host: sshHost }, world.world)
}

/** Somebody asks, the account is made, a password is set, and the host takes it. */
async function playStory(world: TestWorld): Promise<void> {
  await askForAccount(world, { username: 'ghstory' })
  await world.runWorkers()
  const [welcome] = await world.mails()
  const weak = { token: tokenIn(welcome), new_password: 'Kurz-1abc' }
  const refused = await world.call('POST', '/password_reset', { body: weak })
  expect(refused).toMatchObject({ status: 400 })
  expect(refused.body.error).toContain('stronger')
  const listed = { ...weak, new_password: 'Only-on-th1s-host' }
  expect((await world.call('POST', '/password_reset', { body: listed })).status).toBe(400)
  const good = { ...weak, new_password: 'Kastanie-7-Regenbogen' }
  expect((await world.call('POST', '/password_reset', { body: good })).status).toBe(200)
  await world.runWorkers()
  const tasks = await world.db.collection('logs').find().toArray()
  expect(tasks.filter(({ status }) => status !== 'finished')).toEqual([])
  const { host } = await openPorts({ host: sshHost }, world.world)
  const about = { task: 'D'.repeat(22), step: 1, fence: 1, wait: 30 }
  const args = { username: 'ghstory', purge: true }
  const gone = await host.ask({ op: 'run', verb: 'user_delete', args, ...about })
  expect(gone).toMatchObject({ state: 'done', class: 'ok', seen: { state: 'absent' } })
}
