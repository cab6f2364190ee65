/** Signs that complement and sytest, the test suites of Matrix, try in names: these are refused. */
export const refusedSigns = [
  ...['!', '"', ':', '?', '\\', '@', '[', ']', '{', '|', '}', '£', 'é', '\n', "'"],
] as const

/** And these are allowed. */
export const allowedSigns = ['q', '3', '.', '_', '=', '-', '/'] as const
