/** Characters (code points) that a password needs: YunoHost's own minimum, and user.md's default profile. */
export const shortestPassword = 8
/** UTF-8 bytes that bcrypt looks at: more is refused. The host's own end, 126 characters, lies beyond it (yunohost.md 13.1). */
export const longestPasswordBytes = 72
/** Letters from which on a part of somebody's own name makes a password guessable; shorter ones occur by chance. */
export const shortestPersonalPart = 4
/** The same for a username or the part of an address before the @, which attackers try first. */
export const shortestPersonalName = 3
/** Minutes that a reset link lives (community.md). */
export const resetLinkMinutes = 60
/** Days that the set-password link of a new account lives (community.md). */
export const welcomeLinkDays = 7
/** Days that a spent or expired link is kept, so that 901 can be told from 900. */
export const linkKeptDays = 30
