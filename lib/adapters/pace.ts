import * as z from 'zod'
import type { ReadBy } from '../late.ts'
import type { Pace } from '../ports.ts'
import * as policy from '../queue/policy.ts'
import { adapter } from './adapter.ts'
import { seconds, secondsInTurn } from './seconds.ts'

const paceSchema = () =>
  z
    .object({
      LEASE_SECONDS: seconds(policy.leaseSeconds),
      RENEW_SECONDS: seconds(policy.renewSeconds),
      // The function's own time-out is 120 s.
      HIDDEN_SECONDS: seconds(policy.hiddenSeconds, 120),
      ATTACH_SECONDS: seconds(policy.attachSeconds, 60),
      BUSY_SECONDS: seconds(policy.busySeconds),
      FIRST_PROBE_SECONDS: seconds(policy.firstProbeSeconds),
      LONGEST_PROBE_SECONDS: seconds(policy.longestProbeSeconds),
      RETRY_SECONDS: secondsInTurn(policy.retrySeconds),
      DELIVERY_SECONDS: secondsInTurn(policy.deliverySeconds),
    })
    // A lease that one missed renewal ends would have a task run by two workers, one of them in vain.
    .refine(({ RENEW_SECONDS, LEASE_SECONDS }) => RENEW_SECONDS * 2 < LEASE_SECONDS, {
      path: ['RENEW_SECONDS'],
    })
    .refine(({ RENEW_SECONDS, HIDDEN_SECONDS }) => RENEW_SECONDS < HIDDEN_SECONDS, {
      path: ['HIDDEN_SECONDS'],
    })

/** The pace of the engine, with the numbers of its policy where nothing else is set. */
export const paceSettings = adapter<Pace, ReadBy<typeof paceSchema>>({
  settings: paceSchema,
  secrets: [],
  grants: [],
  open: ({ settings }) => ({
    leaseSeconds: settings.LEASE_SECONDS,
    renewSeconds: settings.RENEW_SECONDS,
    hiddenSeconds: settings.HIDDEN_SECONDS,
    attachSeconds: settings.ATTACH_SECONDS,
    busySeconds: settings.BUSY_SECONDS,
    probeSeconds: { first: settings.FIRST_PROBE_SECONDS, longest: settings.LONGEST_PROBE_SECONDS },
    retrySeconds: settings.RETRY_SECONDS,
    deliverySeconds: settings.DELIVERY_SECONDS,
  }),
})
