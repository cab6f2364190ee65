/** Reads packaged CloudFormation templates as data, and puts values where they have intrinsic functions. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { awsNames } from './aws-names.ts'

const resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
})
const output = z.object({
  Value: z.unknown(),
  Export: z.object({ Name: z.string() }).optional(),
})
const template = z.object({
  Resources: z.record(z.string(), resource),
  Outputs: z.record(z.string(), output).default({}),
})

/** One stack: its family, and its template as the packager wrote it. */
export interface StackTemplate extends z.infer<typeof template> {
  readonly family: string
}

/** A resource with its logical name and the stack that it is in. */
export interface FoundResource {
  readonly id: string
  readonly stack: StackTemplate
  readonly properties: Readonly<Record<string, unknown>>
}

/** What a resource really is called, by its logical name; without an entry its logical name stands for it. */
export type PhysicalNames = Readonly<Record<string, string>>

const file = 'cloudformation-template-update-stack.json'

/** Templates of all stacks of a folder that `npm run package` has written. */
export async function readStacks(folder: string): Promise<readonly StackTemplate[]> {
  const families = (await readdir(folder)).toSorted()
  return Promise.all(
    families.map(async (family) => {
      const text = await readFile(join(folder, family, file), 'utf8')
      return { family, ...template.parse(JSON.parse(text)) }
    }),
  )
}

/** Every resource of a type in all stacks. */
export function resourcesOf(
  stacks: readonly StackTemplate[],
  type: string,
): readonly FoundResource[] {
  return stacks.flatMap((stack) =>
    Object.entries(stack.Resources).flatMap(([id, { Type, Properties }]) =>
      Type === type ? [{ id, stack, properties: Properties }] : [],
    ),
  )
}

const pseudo: PhysicalNames = {
  'AWS::Region': awsNames.region,
  'AWS::AccountId': awsNames.accountId,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
}

const intrinsic = z.union([
  z.strictObject({ Ref: z.string() }),
  z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
  z.strictObject({ 'Fn::ImportValue': z.string() }),
  z.strictObject({
    'Fn::Sub': z.union([z.string(), z.tuple([z.string(), z.record(z.string(), z.unknown())])]),
  }),
])

/** Where a value of a template stands, and what resources are really called. */
export interface Place {
  readonly stacks: readonly StackTemplate[]
  readonly stack: StackTemplate
  readonly names?: PhysicalNames
}

/** The text of a value. Throws for what no resource, export or intrinsic function that we know stands behind. */
export function resolveText(value: unknown, place: Place): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  const read = intrinsic.safeParse(value)
  if (!read.success) throw new Error(`No text can be made of ${JSON.stringify(value)}.`)
  const { data } = read
  if ('Ref' in data) return nameOf(data.Ref, place)
  if ('Fn::GetAtt' in data) return nameOf(data['Fn::GetAtt'][0], place)
  if ('Fn::ImportValue' in data) return imported(data['Fn::ImportValue'], place)
  const sub = data['Fn::Sub']
  const [text, values] = typeof sub === 'string' ? [sub, {}] : sub
  return text.replaceAll(/\$\{([\w:]+)\}/g, (_, name: string) =>
    name in values ? resolveText(values[name], place) : nameOf(name, place),
  )
}

function nameOf(id: string, { stack, names = {} }: Place): string {
  const name = pseudo[id] ?? names[id] ?? (id in stack.Resources ? id : undefined)
  if (name === undefined) throw new Error(`The stack ${stack.family} has no resource ${id}.`)
  return name
}

function imported(name: string, place: Place): string {
  for (const stack of place.stacks) {
    const found = Object.values(stack.Outputs).find(({ Export }) => Export?.Name === name)
    if (found) return resolveText(found.Value, { ...place, stack })
  }
  throw new Error(`No stack exports ${name}.`)
}
