import type { Settings } from './settings.ts'

const needed = ['MATRIX_URL', 'MATRIX_SERVER_NAME']

/** A sentence about settings that promise accounts on Matrix, or name a server of it, without saying all of it. */
export function matrixProblem(settings: Settings): string | undefined {
  const missing = needed.filter((name) => !settings[name])
  const targets = settings['REGISTRATION_TARGETS'] ?? ''
  const isPromised = targets.split(',').some((name) => name.trim() === 'matrix')
  const isWanted = isPromised || missing.length < needed.length
  if (!isWanted || missing.length === 0) return undefined
  return `A Matrix server needs ${missing.join(' and ')} too.`
}
