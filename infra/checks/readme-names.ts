/** What the README may name: files and folders of the project, and scripts of package.json. */
export interface KnownNames {
  readonly hasFile: (path: string) => boolean
  readonly scripts: readonly string[]
}

/** Sentences about files and scripts that the README names and that are not there. */
export function readmeProblems(readme: string, known: KnownNames): readonly string[] {
  const paths = [...readme.matchAll(/(?<![\w/.-])(?:functions|lib|infra|test)\/[\w./-]*\w/g)]
  const scripts = [...readme.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = '']) => name)
  const short = [...readme.matchAll(/\bnpm (start|test)\b/g)].map(([, name = '']) => name)
  return [
    ...once(paths.map(([path]) => path))
      .filter((path) => !known.hasFile(path))
      .map((path) => `README.md names ${path}, which is not there.`),
    ...once([...scripts, ...short])
      .filter((name) => !known.scripts.includes(name))
      .map((name) => `README.md names the script ${name}, which package.json does not have.`),
  ]
}

function once(names: readonly string[]): readonly string[] {
  return [...new Set(names)]
}
