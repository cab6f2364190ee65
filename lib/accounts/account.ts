/** What an account may do. `service` is a sign-up site, not a person. */
export type Role = 'service' | 'member' | 'staff' | 'admin'

/** Where an account is in its life (design.md, Words). */
export type AccountState =
  | 'applied'
  | 'approved'
  | 'provisioning'
  | 'active'
  | 'failed'
  | 'suspended'
  | 'leaving'
  | 'gone'

/** Languages that pages and mails exist in. */
export type Language = 'en' | 'de'

/** A person or a service known to Gatehouse. */
export interface Account {
  readonly username: string
  readonly displayName: string
  readonly role: Role
  readonly state: AccountState
  /** Recovery address as its owner wrote it; mails go there. */
  readonly address: string | null
  readonly addressState: 'good' | 'bounced' | 'complained'
  readonly discordName: string | null
  /** Code that came with the wish, kept as it was given. */
  readonly referralCode: string | null
  readonly language: Language
  readonly tier: string
  readonly passwordHash: string | null
  /** The host's reason, when `state` is failed. */
  readonly failureText: string | null
  /** Or on Matrix. Once true, the username is never given to anybody else (design.md 13). */
  readonly usedOnHost: boolean
  readonly createdAt: Date
  /** Username of whoever asked for the account, `console` once an operator has made or changed it. */
  readonly createdBy: string
}

/** An account as it is first written. */
export type NewAccount = Account

/** Fields that change during an account's life. */
export interface AccountChange {
  readonly state?: AccountState
  readonly displayName?: string
  readonly address?: string | null
  readonly addressState?: Account['addressState']
  readonly passwordHash?: string | null
  readonly failureText?: string | null
  readonly usedOnHost?: boolean
  readonly role?: Role
  readonly referralCode?: string | null
  readonly createdBy?: 'console'
  /** Its owner has chosen a password by a mailed link: like after a sign-in nobody else may make one. */
  readonly isUsed?: true
  /** True gives the username back; refused by the adapter once it was used on the host. */
  readonly releaseName?: boolean
}
