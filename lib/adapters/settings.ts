import * as z from 'zod'
import { once, type ReadBy } from '../late.ts'
import { matrixServerName } from '../matrix/localpart.ts'
import type { Registering, Site, Tuning } from '../ports.ts'
import { usualPendingCap } from '../registrations/policy.ts'
import { adapter } from './adapter.ts'

/** The setting PUBLIC_URL as an origin. Links carry tokens, so it is https; plain http only on the machine itself. */
export const publicUrl = once(() =>
  z
    .string()
    .regex(
      /^https:\/\/[a-z0-9.-]{1,253}(:\d{1,5})?\/?$|^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?\/?$/,
    )
    .refine((value) => URL.canParse(value))
    .transform((value) => value.replace(/\/$/, '')),
)

const siteSchema = () =>
  z.object({
    PUBLIC_URL: publicUrl(),
    COMMUNITY_NAME: z.string().regex(/^[^\p{Cc}\p{Zl}\p{Zp}]{1,100}$/u),
    MAIL_DOMAIN: z
      .string()
      .regex(/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/),
    DEFAULT_LANGUAGE: z.enum(['en', 'de']).default('en'),
  })

/** Names and addresses of this installation. */
export const siteSettings = adapter<Site, ReadBy<typeof siteSchema>>({
  settings: siteSchema,
  secrets: [],
  grants: [],
  open: ({ settings }) => ({
    publicUrl: settings.PUBLIC_URL,
    communityName: settings.COMMUNITY_NAME,
    mailDomain: settings.MAIL_DOMAIN,
    defaultLanguage: settings.DEFAULT_LANGUAGE,
  }),
})

const wholeNumber = () =>
  z
    .string()
    .regex(/^[1-9]\d{0,5}$/)
    .transform(Number)

const tuningSchema = () => z.object({ CREATE_USER_PER_HOUR: wholeNumber().default(600) })

/** Numbers that operators tune, with the defaults of the design. */
export const tuningSettings = adapter<Tuning, ReadBy<typeof tuningSchema>>({
  settings: tuningSchema,
  secrets: [],
  grants: [],
  open: ({ settings }) => ({ createUserPerHour: settings.CREATE_USER_PER_HOUR }),
})

const targets = () =>
  z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(z.enum(['matrix', 'yunohost'])).min(1))
    .refine((names) => new Set(names).size === names.length)

const addresses = () =>
  z
    .string()
    .transform((text) => text.split(',').map((address) => address.trim()))
    .pipe(z.array(z.email().max(254).toLowerCase()).max(50))

const registeringSchema = () =>
  z.object({
    REGISTRATION_TARGETS: targets().default(['yunohost']),
    MANAGERS: addresses().default([]),
    PENDING_REGISTRATIONS: wholeNumber().default(usualPendingCap),
    MATRIX_SERVER_NAME: matrixServerName().optional(),
  })

/** How registrations are taken; without managers, staff hear of them in their channel alone. */
export const registeringSettings = adapter<Registering, ReadBy<typeof registeringSchema>>({
  settings: registeringSchema,
  secrets: [],
  grants: [],
  open: ({ settings }) => ({
    targets: settings.REGISTRATION_TARGETS,
    managers: [...new Set(settings.MANAGERS)],
    pendingCap: settings.PENDING_REGISTRATIONS,
    matrixServerName: settings.MATRIX_SERVER_NAME ?? null,
  }),
})
