import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { jsonLog, systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import type { LogFields } from '../../lib/ports.ts'

const { clock, random, log } = await openPorts(
  { clock: systemClock, random: systemRandom, log: jsonLog },
  newWorld({}),
)

function collectLines(): string[] {
  const lines: string[] = []
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    lines.push(String(chunk))
    return true
  })
  onTestFinished(() => spy.mockRestore())
  return lines
}

function logged(event: string, fields?: LogFields) {
  const lines = collectLines()
  log.info(event, fields)
  expect(lines).toHaveLength(1)
  const [line = ''] = lines
  expect(line.indexOf('\n')).toBe(line.length - 1)
  return { line, document: JSON.parse(line) }
}

test('the clock tells the time of day and waits real seconds', async () => {
  const before = clock.now().getTime()
  await clock.sleep(0.05)
  expect(clock.now().getTime() - before).toBeGreaterThanOrEqual(45)
})

test('repeated work never overlaps, survives an error, and ends when it is stopped', async () => {
  let running = 0
  let runs = 0
  let most = 0
  const stop = clock.every(0.005, async () => {
    running += 1
    runs += 1
    most = Math.max(most, running)
    await sleep(20)
    running -= 1
    throw new Error('nobody hears this')
  })
  await sleep(150)
  stop()
  const runsAtStop = runs
  await sleep(60)
  expect(runsAtStop).toBeGreaterThan(1)
  expect(runs).toBe(runsAtStop)
  expect(most).toBe(1)
})

test('random bytes have the length asked for and are not the same twice', () => {
  expect(random.bytes(16)).toHaveLength(16)
  expect(random.bytes(16)).not.toEqual(random.bytes(16))
})

test('an event is one line with time, level, event and its fields', () => {
  const { document } = logged('task_finished', { taskId: 't1', seconds: 1.5, account: undefined })
  expect(document).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    level: 'info',
    event: 'task_finished',
    taskId: 't1',
    seconds: 1.5,
  })
})

test('an error has its level', () => {
  const lines = collectLines()
  log.error('unexpected', { errorName: 'TypeError' })
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', errorName: 'TypeError' })
})

test('a field that is not on the list is not written, wherever it comes from', () => {
  const fields = {
    account: 'robin',
    password: 'canary',
    time: 'canary',
    level: 'canary',
    ['__proto__']: 'canary',
  }
  const { line, document } = logged('login', fields)
  expect(line).not.toContain('canary')
  expect(document).toMatchObject({ level: 'info', account: 'robin' })
})

test('a value that is no text, number or truth value is not written', () => {
  const fields: object = {
    account: { password: 'canary' },
    reason: ['canary'],
    seconds: Number.NaN,
  }
  const { line, document } = logged('login', fields)
  expect(line).not.toContain('canary')
  expect(Object.keys(document)).toEqual(['time', 'level', 'event'])
})

test('texts are cut at 512 characters and a stack at 4096', () => {
  const long = 'x'.repeat(1_000_000)
  const { document } = logged(long, { reason: long, errorStack: long })
  expect(document.event).toHaveLength(512)
  expect(document.reason).toHaveLength(512)
  expect(document.errorStack).toHaveLength(4096)
})

test.each([
  ['line ends', 'a\r\n{"level":"error"}'],
  ['terminal escapes', '\u001b[31mred\u009b0m'],
  ['line separators', 'a\u2028b\u2029c'],
  ['directions and invisible characters', 'a\u202eb\u200b\u{e0001}'],
  ['half a pair', 'a\ud83d'],
])('%s stay inside their text and are written as escapes (T23)', (_, text) => {
  const { line, document } = logged('event', { reason: text })
  expect(document.reason).toBe(text)
  expect(line.trimEnd()).toMatch(/^[\x20-\x7e]*$/)
})
