/** Sentences about functions that have a file and no entry in functions/index.ts, or the other way round. */
export function tableProblems(
  named: readonly string[],
  files: ReadonlyMap<string, string>,
): readonly string[] {
  const missing = [...files].filter(([name]) => !named.includes(name))
  const extra = named.filter((name) => !files.has(name))
  return [
    ...missing.map(([name, path]) => `functions/index.ts does not have '${name}' (${path}).`),
    ...extra.map((name) => `functions/index.ts has '${name}', for which there is no file.`),
  ]
}
