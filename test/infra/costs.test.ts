import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { functions } from '../../functions/index.ts'
import { costSection, costsAtRest, costsPerThousand } from '../../infra/costs.ts'
import { projectFile } from '../../infra/project.ts'

function sum(items: ReturnType<typeof costsPerThousand>): number {
  return items.reduce((all, { count, price }) => all + count * price, 0)
}

test('the README says what it costs, as computed', async () => {
  expect(await readFile(projectFile('README.md'), 'utf8')).toContain(costSection(functions))
})

test('a month at rest costs less than five dollars, and a thousand sign-ups less than one', () => {
  expect(sum(costsAtRest(functions))).toBeLessThan(5)
  expect(sum(costsPerThousand())).toBeLessThan(1)
})
