import type { Random } from '../../lib/ports.ts'

/** Choices drawn from one source of randomness, so that the same seed chooses the same. */
export interface Dice {
  /** A whole number, both ends included. */
  between(least: number, most: number): number
  pick<Item>(items: readonly Item[]): Item
  /** One of the names, each as often as its weight says. */
  weigh<Name extends string>(weights: Readonly<Record<Name, number>>): Name
}

/** Dice over a source of bytes. */
export function newDice(random: Random): Dice {
  const fraction = () => {
    const [first = 0, second = 0, third = 0] = random.bytes(3)
    return (first * 65_536 + second * 256 + third) / 16_777_216
  }
  const between = (least: number, most: number) =>
    least + Math.floor(fraction() * (most - least + 1))
  const pick = <Item>(items: readonly Item[]): Item => {
    const found = items[between(0, items.length - 1)]
    if (found === undefined) throw new Error('There is nothing to pick from.')
    return found
  }
  return {
    between,
    pick,
    weigh: (weights) => {
      const names = Object.keys(weights) as Array<keyof typeof weights>
      return pick(names.flatMap((name) => Array.from({ length: weights[name] }, () => name)))
    },
  }
}
