/** A body as JSON or as a form. */
export type Sample = Readonly<Record<string, string | boolean>>

/** A good body for every route that takes one. None of them does anything in an empty world but `/create_user` and `/registrations`. */
export const samples: Readonly<Record<string, Sample>> = {
  'community-login': {
    username: 'nobody.here',
    password: 'Kastanie-7-Regenbogen',
    '2fa_code': '123456',
  },
  'community-create-user': {
    username: 'robin',
    display_name: 'Robin Ash',
    recovery_email: 'robin@mail.example',
    discord_username: 'robin.k',
    referral_code: 'abc-123',
    tier: 'supporter',
  },
  'community-request-password-reset': { username: 'nobody.here' },
  'community-set-password': {
    token: 'A'.repeat(43),
    new_password: 'Kastanie-7-Regenbogen',
    '2fa_code': '123456',
    task_id: 'A'.repeat(22),
    task_token: 'A'.repeat(43),
  },
  'registrations-submit': {
    email: 'robin@mail.example',
    message: 'I bake bread.',
    referral_code: 'abc-123',
  },
  'registrations-decide': { status: 'approved', note: 'Welcome', silent: true },
  'registrations-complete': {
    matrix_status: 'processing',
    username: 'robin',
    email: 'robin@mail.example',
  },
  'registrations-status-form': {
    rid: 'A'.repeat(22),
    token: 'A'.repeat(43),
    action: 'complete',
    text: 'I bake bread.',
    username: 'robin',
    email: 'robin@mail.example',
    confirm: 'yes',
  },
  'registrations-decision-form': {
    rid: 'A'.repeat(22),
    token: 'A'.repeat(43),
    action: 'reject',
    text: 'Seems kind.',
    tell: 'decision',
  },
  'registrations-desk': { action: 'note', text: 'Seems kind.' },
}
