/** The addresses that are pages and not data, below the root: the server answers each with the same HTML. */
export const pagePaths = [
  '/', '/password', '/factors', '/devices', '/sessions', '/keys', '/applications', '/policies', '/access', '/data', '/questions',
  // Open without a session: where links in mails lead, and where the OpenID door sends browsers.
  '/recover', '/recover-by-sms', '/unlock', '/user-name', '/sign-in', '/consent',
] as const

export type PagePath = (typeof pagePaths)[number]
