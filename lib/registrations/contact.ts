import { toAddressKey } from '../accounts/name-keys.ts'
import type { Records } from '../ports.ts'
import type { Personal, Registration } from './registration.ts'

/**
 * What an account takes over from its registration. An address counts as its recovery address only once somebody has
 * opened a mailed link, and while it is nobody else's (T32).
 */
export async function contactOf(
  records: Pick<Records, 'accounts'>,
  { registration, personal }: { readonly registration: Registration; readonly personal: Personal },
): Promise<{ readonly referralCode: string | null; readonly address?: string }> {
  const { address, referralCode } = personal
  if (address === null || !registration.isAddressConfirmed) return { referralCode }
  const holder = await records.accounts.findByAddress(toAddressKey(address))
  return holder === undefined ? { referralCode, address } : { referralCode }
}
