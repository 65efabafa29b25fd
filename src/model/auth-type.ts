/** LOGIN.AUTH_TYPE, how an account authenticates: what of it says that the login here is one by a password. Triggers of the database say the same (migration 0061). */

/** PASSWORD, or nothing; for SQL (`~*`) and JavaScript, without regard to case. */
export const passwordAuthType = String.raw`^\s*(password)?\s*$`

const pattern = new RegExp(passwordAuthType, 'i')

/** Whether a login of this AUTH_TYPE has a password here, whatever hash is left of one. */
export const isByPassword = (authType: string | null): boolean => authType === null || pattern.test(authType)
