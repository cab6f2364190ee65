import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { projectFolder } from '../../infra/project.ts'

// Where nothing is known of earlier runs the largest files go first; these are small and take the longest of all.
const longest = [
  'test/crashes/host-workers.test.ts',
  'test/host/gate-suite.test.ts',
  'test/host/install.test.ts',
  'test/host/gate-crashes.test.ts',
  'test/crashes/post-workers.test.ts',
  'test/registrations/races.test.ts',
  'test/pages/accessibility.test.ts',
  'test/faults/host-away.test.ts',
  'test/faults/database.test.ts',
  'test/host/names.test.ts',
]

/** The order of the files of a run: none that takes a minute is left to one process at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rank = ({ moduleId }: TestSpecification) => {
      const at = longest.indexOf(relative(projectFolder, moduleId))
      return at < 0 ? longest.length : at
    }
    return sorted.toSorted((a, b) => rank(a) - rank(b))
  }
}
