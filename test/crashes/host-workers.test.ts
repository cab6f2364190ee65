import { test } from 'vitest'
import { hostTasks } from '../../lib/tasks/index.ts'
import { crashEverywhere } from './crash-everywhere.ts'

test.each(Object.entries(hostTasks))(
  '%s ends well, and once, at whichever milestone its worker is killed (FI-01, FI-02)',
  (_, definition) => crashEverywhere(definition),
  90_000,
)
