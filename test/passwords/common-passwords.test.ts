import { brotliDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { commonPasswordsAsset, compressList, toList } from '../../infra/passwords.ts'

test('a list keeps what could be a password, once and sorted', () => {
  const raw =
    'sunshine\r\n123456\nbaseball\nsunshine\nshort\ntab\tinside\nbroken\ufffdtext\n\nпароль12\n'
  expect(toList(raw)).toBe('baseball\nsunshine\nпароль12\n')
})

test('the same list gives the same bytes', async () => {
  const list = toList('sunshine\nbaseball\n')
  expect(await compressList(list)).toEqual(await compressList(list))
  expect(brotliDecompressSync(await compressList(list)).toString('utf8')).toBe(list)
})

test('the shipped list has more than 100,000 entries, none shorter than a password may be', async () => {
  const asset = await commonPasswordsAsset()
  const entries = brotliDecompressSync(asset).toString('utf8').trimEnd().split('\n')
  expect(entries.length).toBeGreaterThan(100_000)
  expect(entries.every((entry) => [...entry].length >= 8)).toBe(true)
  expect(entries).toEqual(expect.arrayContaining(['password', '12345678', 'P@ssw0rd', '1qaz!QAZ']))
  expect(asset.length).toBeLessThan(800 * 1024)
})
