import type { AskerView, ManagerView } from '../../lib/pages/registration-view.ts'

/** A registration that nobody has looked at yet, as its asker is shown it. */
const asked: AskerView = {
  status: 'pending',
  username: '',
  email: 'robin@mail.example',
  matrix_status: 'pending',
  account_status: 'pending',
  note: null,
  expires: '2026-11-22T14:03:00Z',
  position: 3,
  question: null,
  message: 'Hello!\nI know Ash from the choir, and I would love to join the chat.',
  refused_username: null,
  can_renew_password: false,
  given_up: false,
}

/** The same as a manager is shown it. */
const toDecide: ManagerView = {
  status: 'pending',
  matrix_status: 'pending',
  account_status: 'pending',
  note: null,
  modified: '2026-11-20T14:03:00Z',
  created: '2026-11-20T14:03:00Z',
  expires: '2026-11-22T14:03:00Z',
  position: 0,
  message: asked.message,
  referral_code: 'choir-2026',
  address_confirmed: true,
  claimed_by: null,
  decided_by: null,
  decided_at: null,
  question: null,
  answer: null,
  notes: [],
  history: [],
}

const making = { status: 'approved', username: 'robin.ash', position: null } as const

/** One asker's registration for every stage. */
export const askers = {
  waiting: asked,
  asked: { ...asked, question: 'How did you hear of us?\nAnd what do you sing?' },
  pick: { ...asked, status: 'approved', position: null, note: 'Welcome to the choir!' },
  taken: { ...asked, status: 'approved', position: null, refused_username: 'robin' },
  making: { ...asked, ...making, matrix_status: 'processing' },
  stuck: { ...asked, ...making, matrix_status: 'success', account_status: 'failed' },
  givenUp: {
    ...asked,
    ...making,
    matrix_status: 'success',
    account_status: 'failed',
    given_up: true,
  },
  ready: {
    ...asked,
    ...making,
    matrix_status: 'success',
    account_status: 'success',
    can_renew_password: true,
  },
  rejected: { ...asked, status: 'rejected', position: null, note: 'We are full until May.' },
  withdrawn: { ...asked, status: 'deleted', position: null },
} as const satisfies Readonly<Record<string, AskerView>>

const notes = [
  { by: 'kim@staff.example', at: '2026-11-20T15:00:00Z', text: 'I asked Ash.\nShe knows Robin.' },
  { by: 'lou@staff.example', at: '2026-11-20T16:30:00Z', text: 'Then I see no reason against it.' },
]
const decided = { decided_by: 'kim@staff.example', decided_at: '2026-11-20T17:00:00Z' } as const

/** One manager's view for every state. */
export const managers = {
  fresh: toDecide,
  busy: {
    ...toDecide,
    claimed_by: 'kim@staff.example',
    question: {
      by: 'kim@staff.example',
      at: '2026-11-20T15:10:00Z',
      text: 'How did you hear of us?',
    },
    answer: { at: '2026-11-20T15:20:00Z', text: 'Ash told me.' },
    notes,
    history: [{ status: 'expired', at: '2026-10-02T09:00:00Z' }],
  },
  silent: {
    ...toDecide,
    message: null,
    referral_code: null,
    address_confirmed: false,
    question: { by: 'kim@staff.example', at: '2026-11-20T15:10:00Z', text: 'Who are you?' },
  },
  approved: {
    ...toDecide,
    ...decided,
    status: 'approved',
    position: null,
    matrix_status: 'success',
    notes,
  },
  rejected: { ...toDecide, ...decided, status: 'rejected', position: null, note: 'We are full.' },
  withdrawn: { ...toDecide, status: 'deleted', position: null },
} as const satisfies Readonly<Record<string, ManagerView>>
