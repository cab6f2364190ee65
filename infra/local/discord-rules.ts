import * as z from 'zod'

// Discord's documented limits of a webhook message.
const snowflake = z.string().regex(/^\d{1,20}$/)
const text = (longest: number) => z.string().min(1).max(longest)

const embed = z.object({
  title: z.string().max(256).optional(),
  description: z.string().max(4096).optional(),
  url: z.url({ protocol: /^https?$/ }).optional(),
  color: z.int().min(0).max(0xffffff).optional(),
  timestamp: z.iso.datetime().optional(),
  footer: z.object({ text: z.string().max(2048) }).optional(),
  author: z.object({ name: z.string().max(256) }).optional(),
  fields: z
    .array(z.object({ name: text(256), value: text(1024), inline: z.boolean().optional() }))
    .max(25)
    .optional(),
})

const allowedMentions = z
  .object({
    parse: z.array(z.enum(['roles', 'users', 'everyone'])).optional(),
    roles: z.array(snowflake).max(100).optional(),
    users: z.array(snowflake).max(100).optional(),
    replied_user: z.boolean().optional(),
  })
  .refine(({ parse, roles }) => !(parse?.includes('roles') && roles?.length), {
    message: 'parse:["roles"] and roles: [ids...] are mutually exclusive.',
  })
  .refine(({ parse, users }) => !(parse?.includes('users') && users?.length), {
    message: 'parse:["users"] and users: [ids...] are mutually exclusive.',
  })

const message = z.object({
  content: z.string().max(2000).optional(),
  username: text(80).optional(),
  embeds: z
    .array(embed)
    .max(10)
    .refine((embeds) => charactersOf(embeds) <= 6000, {
      message: 'Embed size exceeds maximum size of 6000',
    })
    .optional(),
  allowed_mentions: allowedMentions.optional(),
})

type Embed = z.infer<typeof embed>

function charactersOf(embeds: readonly Embed[]): number {
  const texts = embeds.flatMap(({ title, description, footer, author, fields = [] }) => [
    ...[title, description, footer?.text, author?.name],
    ...fields.flatMap(({ name, value }) => [name, value]),
  ])
  return texts.reduce((sum, part) => sum + (part?.length ?? 0), 0)
}

/** The body of Discord's refusal, or undefined for a message that it would take. */
export function findDiscordErrors(candidate: Readonly<Record<string, unknown>>) {
  const read = message.safeParse(candidate)
  if (!read.success) {
    const errors = read.error.issues.map(({ path, message: reason }) => [
      path.map(String).join('.'),
      { _errors: [{ code: 'BASE_TYPE_BAD', message: reason }] },
    ])
    return { message: 'Invalid Form Body', code: 50035, errors: Object.fromEntries(errors) }
  }
  const { content = '', embeds = [] } = read.data
  const isEmpty = content.trim() === '' && embeds.length === 0
  return isEmpty ? { message: 'Cannot send an empty message', code: 50006 } : undefined
}
