import { findSynapse, installSynapse, type LocalSynapse, startSynapse } from './synapse.ts'

/** A real Synapse where it is installed, else the stub; or a real one that is installed first. */
export type SynapseWish = 'where_installed' | 'install'

/** What answers for Matrix where Synapse does not, for people. */
export const stubKind = 'a stub that answers like Synapse ("npm start -- --matrix" installs it)'

/** How a local run gets its Matrix server. */
export interface MatrixOptions {
  readonly wish: SynapseWish | undefined
  readonly folder: string
  readonly port?: number | undefined
  readonly onProgress?: (text: string) => void
}

/** Whether a real one will be tried, so that the stub needs no port that people find again. */
export function isSynapseWanted(wish: SynapseWish | undefined): boolean {
  return wish === 'install' || (wish !== undefined && findSynapse() !== undefined)
}

/** Synapse as it is wished for; undefined where the stub takes its place. */
export async function startMatrix(options: MatrixOptions): Promise<LocalSynapse | undefined> {
  const { wish, folder, port, onProgress = () => undefined } = options
  if (wish === undefined) return undefined
  const path = wish === 'install' ? await installSynapse(onProgress) : findSynapse()
  if (path === undefined) return undefined
  try {
    return await startSynapse({ path, folder, port })
  } catch (error) {
    if (wish === 'install') throw error
    onProgress(`${error instanceof Error ? error.message : String(error)}; a stub takes its place.`)
    return undefined
  }
}
