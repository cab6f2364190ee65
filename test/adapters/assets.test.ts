import { expect, test } from 'vitest'
import { buildAssets } from '../../lib/adapters/assets.ts'
import { fileCommonPasswords } from '../../lib/adapters/common-passwords.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'

const uses = { assets: buildAssets, commonPasswords: fileCommonPasswords }

test('without a folder among the settings, files are looked for beside the code', async () => {
  const { assets, commonPasswords } = await openPorts(uses, newWorld({}))
  expect(await assets.text('assets.ts')).toContain('export const buildAssets')
  // The build puts the list beside a bundle, not among the sources.
  await expect(commonPasswords.contains('password')).rejects.toThrow(
    'The list of common passwords cannot be read',
  )
})
