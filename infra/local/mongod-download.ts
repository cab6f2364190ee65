import { existsSync } from 'node:fs'
import { platform } from 'node:os'

const site = 'https://fastdl.mongodb.org'
const patienceMilliseconds = 2_000
const version = '8.2.6'

/** A MongoDB server that was downloaded earlier. */
export async function findDownloadedMongod(folder: string): Promise<string | undefined> {
  if (!existsSync(folder)) return undefined
  const { DryMongoBinary } = await import('mongodb-memory-server-core/lib/util/DryMongoBinary.js')
  return DryMongoBinary.locateBinary({ version, downloadDir: folder }).catch(() => undefined)
}

/** Downloads MongoDB from its own site; undefined, and quiet, where that cannot be reached. */
export async function downloadMongod(
  folder: string,
  onProgress: (text: string) => void,
): Promise<string | undefined> {
  // The library tries for 8 seconds and prints two long errors where the site is out of reach.
  if (platform() === 'win32' || !(await isReachable())) return undefined
  const { MongoBinary } = await import('mongodb-memory-server-core')
  onProgress('MongoDB is downloaded once, about 100 MB:')
  try {
    return await MongoBinary.getPath({ version, downloadDir: folder })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    onProgress(`MongoDB cannot be had here (${reason}); the next way is tried.`)
    return undefined
  }
}

async function isReachable(): Promise<boolean> {
  try {
    const answer = await fetch(process.env['MONGOMS_DOWNLOAD_MIRROR'] || site, {
      method: 'HEAD',
      signal: AbortSignal.timeout(patienceMilliseconds),
    })
    return answer.status < 500
  } catch {
    return false
  }
}
