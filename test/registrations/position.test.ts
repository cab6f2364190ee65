/** A place in the row tells nothing about an address (T08). */
import { expect, test } from 'vitest'
import { newTestWorld } from '../support/world.ts'
import { submit } from './people.ts'

test('whoever asks for an address and then once more sees no difference when the address has one open', async () => {
  const world = await newTestWorld()
  await submit(world, { email: 'known@mail.example' })
  const distance = async (email: string) => {
    world.clock.advance(1)
    const { answer: first } = await submit(world, { email })
    world.clock.advance(1)
    const { answer: second } = await submit(world)
    return second.body.position - first.body.position
  }
  expect(await distance('known@mail.example')).toBe(1)
  expect(await distance('fresh@mail.example')).toBe(1)
})
