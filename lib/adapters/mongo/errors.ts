import { MongoError, MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb'
import { Failure } from '../../failure.ts'

// Errors of the driver that no class of network errors covers; some of their classes are not exported.
const transientNames = new Set([
  'MongoExpiredSessionError',
  'MongoNotConnectedError',
  'MongoOperationTimeoutError',
  'MongoPoolClosedError',
  'MongoServerClosedError',
  'MongoStalePrimaryError',
  'MongoTopologyClosedError',
  'MongoWaitQueueTimeoutError',
])
// The driver lets some errors of its sockets through as they are.
const networkCodes = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
])
// A node is away, stepping down, shutting down or not writable yet, or nobody confirmed in time (MongoDB's error codes).
// With the second line our user is not let in, as while the secret with the new one has not got round yet.
const transientCodes = new Set([
  ...[6, 7, 24, 64, 89, 91, 112, 134, 189, 251, 262, 9001, 10107, 11600, 11602, 13435, 13436],
  ...[13, 18, 8000],
])
const transientLabels = ['TransientTransactionError', 'RetryableWriteError'] as const

/** Words a driver's error: `unavailable` when trying again later can help, everything else as it is. */
export function wordError(error: unknown): unknown {
  return isUnavailable(error)
    ? new Failure('unavailable', { retryAfterSeconds: 5, cause: error })
    : error
}

/** Keys of the unique index that a write broke, joined by commas, if that is what happened. */
export function brokenKey(error: unknown): string | undefined {
  if (!(error instanceof MongoServerError) || error.code !== 11000) return undefined
  return Object.keys(Object(error['keyPattern'])).join(',')
}

/** True where a call ran into the time that it was given, as behind another one's open transaction. */
export function isOutOfTime(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 50
}

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof MongoError)) return isNetworkError(error)
  // By class and not by name: a cleared pool, for one, is a network error under two names.
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError) return true
  if (transientNames.has(error.name)) return true
  if (transientLabels.some((label) => error.hasErrorLabel(label))) return true
  return error instanceof MongoServerError && transientCodes.has(Number(error.code))
}

function isNetworkError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && networkCodes.has(String(error.code))
}
