/** The one of the words that a misspelt one most likely means: part of it, or the fewest letters to change, in whatever case. */
export function nearestWord(wrong: string, words: readonly string[]): string | undefined {
  const ranked = words
    .map((word) => ({ word, distance: distanceOf(wrong.toUpperCase(), word) }))
    .sort((one, other) => one.distance - other.distance)
  return ranked[0]?.word
}

/** Letters to put in, take out or replace until one word is the other (Levenshtein), row by row; a part of it is next to it. */
function distanceOf(one: string, word: string): number {
  const other = word.toUpperCase()
  if (other.includes(one)) return 0
  let above = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [row, letter] of [...one].entries()) {
    const current = [row + 1]
    for (const [column, wanted] of [...other].entries()) {
      const replaced = (above[column] ?? 0) + (letter === wanted ? 0 : 1)
      const putIn = (current[column] ?? 0) + 1
      const takenOut = (above[column + 1] ?? 0) + 1
      current.push(Math.min(replaced, putIn, takenOut))
    }
    above = current
  }
  return above.at(-1) ?? 0
}
