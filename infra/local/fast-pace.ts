/** Settings that make the engine hurry: everything that waits for the absence of something waits briefly. */
export const fastPace = {
  LEASE_SECONDS: '1',
  RENEW_SECONDS: '0.3',
  HIDDEN_SECONDS: '1',
  ATTACH_SECONDS: '2',
  BUSY_SECONDS: '0.3',
  FIRST_PROBE_SECONDS: '0.2',
  LONGEST_PROBE_SECONDS: '2',
  RETRY_SECONDS: '0.2,0.4,0.8',
  DELIVERY_SECONDS: '0.2,0.4,0.8',
  SSH_CONNECT_SECONDS: '1',
  SSH_KEEP_ALIVE_SECONDS: '0.3',
  DATABASE_SECONDS: '0.5',
  QUEUE_SECONDS: '0.5',
  MAIL_SECONDS: '1',
  CHAT_SECONDS: '1',
  MATRIX_SECONDS: '1',
} as const

/** How long a message of the queues that go with it is hidden before its worker says so itself. */
export const fastVisibilitySeconds = 2
