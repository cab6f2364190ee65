import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { fileCommonPasswords } from '../../lib/adapters/common-passwords.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'

async function openList(lines?: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const write = (text: string) =>
    writeFile(join(folder, 'common-passwords.txt.br'), brotliCompressSync(text))
  if (lines) await write(`${lines.join('\n')}\n`)
  const world = newWorld({ ASSETS_FOLDER: folder })
  return {
    write,
    list: (await openPorts({ commonPasswords: fileCommonPasswords }, world)).commonPasswords,
  }
}

// As the host judges: fixed text, anywhere in a line, with its case (yunohost.md 13.1).
test.each([
  ['a whole entry', 'password1', true],
  ['the beginning of an entry', 'password', true],
  ['the middle of an entry', 'assword', true],
  ['the same with other case', 'Password1', false],
  ['an entry and more', 'password12', false],
  ['the end of one entry and the beginning of the next', '1\nqwer', true],
  ['the same without the line end', '1qwer', false],
  ['a pattern', 'p.ssword1', false],
  ['a name that the host refuses by itself', 'yunohost', true],
  ['more than such a name', 'yunohost-of-mine', false],
  ['something of one’s own', 'Correct horse 1!', false],
])('%s: %j is common: %s', async (_, password, isCommon) => {
  const { list } = await openList(['password1', 'qwertyuiop'])
  expect(await list.contains(password)).toBe(isCommon)
})

test('the list is read once', async () => {
  const { list, write } = await openList(['password1'])
  expect(await list.contains('password1')).toBe(true)
  await write('other\n')
  expect(await list.contains('password1')).toBe(true)
})

test('a list that cannot be read lets no password through, and is looked for again', async () => {
  const { list, write } = await openList()
  await expect(list.contains('password1')).rejects.toThrow(
    'The list of common passwords cannot be read',
  )
  await write('password1\n')
  expect(await list.contains('password1')).toBe(true)
})
