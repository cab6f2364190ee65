import { newWorld, type World } from './world.ts'

let world: World | undefined

/** The one world of a process that runs as a Lambda: made of its environment at the first request. */
export function processWorld(): World {
  world ??= newWorld(process.env)
  return world
}
