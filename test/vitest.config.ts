import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './support/longest-first.ts'

// The lines that a few chosen files reach say nothing about the whole.
const isWholeSuite = !process.argv.some(
  (argument) => argument.startsWith('test/') && !argument.endsWith('vitest.config.ts'),
)

export default defineConfig({
  root: join(import.meta.dirname, '..'),
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Every test makes a world of its own, so files may share a process and what it has loaded.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // Packages are imported as Node itself imports them.
    deps: { interopDefault: false },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The first run on a machine may have to install a database.
    teardownTimeout: 30_000,
    coverage: {
      enabled: isWholeSuite,
      provider: 'v8',
      include: ['lib/**/*.ts'],
      reporter: [['text', { skipFull: true }], 'text-summary'],
      reportsDirectory: 'coverage',
      reportOnFailure: true,
      // What cannot be reached is marked where it stands, with the reason; what is missing is listed after each whole run.
      // A few branches are reached by races alone, so that not every run meets all of them.
      thresholds: { lines: 100, branches: 99.5 },
    },
  },
})
