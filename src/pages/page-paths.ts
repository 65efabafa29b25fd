/** The addresses that are pages and not data, below the root: the server answers each with the same HTML. */
export const pagePaths = ['/', '/password', '/sessions', '/keys', '/access', '/data'] as const

export type PagePath = (typeof pagePaths)[number]
