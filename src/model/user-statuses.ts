/** The words of USERS.STATUS and USERS.SECONDARY_STATUS, and what they mean for signing in. */

export const statuses = [
  'ACTIVE', 'INACTIVE', 'PENDING_START_DATE', 'PENDING_APPROVAL', 'APPROVAL_DECLINED', 'PENDING_USER_VALIDATION',
  'PENDING_INITIAL_LOGIN', 'TERMINATED', 'DELETED', 'LEAVE', 'LEAVE_OF_ABSENCE', 'USER_LEAVE_WITH_PAY', 'RETIRED', 'DECEASED',
] as const
export type Status = (typeof statuses)[number]

export const secondaryStatuses = ['LOCKED', 'LOCKED_ADMIN', 'DISABLED'] as const
export type SecondaryStatus = (typeof secondaryStatuses)[number]

/** The statuses in which a person may sign in, when no secondary status stands against it. */
export const openStatuses: readonly Status[] = ['ACTIVE', 'PENDING_INITIAL_LOGIN']

/** `active` in the API and in SCIM. */
export function isActive(status: unknown, secondaryStatus: unknown): boolean {
  return openStatuses.includes(status as Status) && (secondaryStatus === null || secondaryStatus === undefined)
}

/** The same as SQL over a row of USERS with the alias `t`. */
export const activeExpression = `(t.status in ('ACTIVE', 'PENDING_INITIAL_LOGIN') and t.secondary_status is null)`

/**
 * Whether somebody may use what they have: any stranger can bring a lock by failures about, so it closes signing in by password and
 * nothing else, though `active` is false meanwhile.
 */
export const counts = (status: unknown, secondaryStatus: unknown): boolean => isActive(status, secondaryStatus === 'LOCKED' ? null : secondaryStatus)

/** The same as SQL over the account status in a row. */
export const isOpenSql = (row: string): string => `(${row}.secondary_status is null or ${row}.secondary_status = 'LOCKED')`

const gone: readonly unknown[] = ['TERMINATED', 'RETIRED', 'DECEASED', 'DELETED'] satisfies Status[]

/** Whether the person is no longer here: they keep their record and can be given nothing. */
export const hasLeft = (status: unknown): boolean => gone.includes(status)
