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

const hasOpenStatus = (status: unknown): boolean => openStatuses.includes(status as Status)
/** The same as SQL over the status in a row. */
export const hasOpenStatusSql = (row: string): string => `${row}.status in (${openStatuses.map((status) => `'${status}'`).join(', ')})`

/** `active` in the API and in SCIM. */
export function isActive(status: unknown, secondaryStatus: unknown): boolean {
  return hasOpenStatus(status) && (secondaryStatus === null || secondaryStatus === undefined)
}

/** The same as SQL over a row of USERS with the alias `t`. */
export const activeExpression = `(${hasOpenStatusSql('t')} and t.secondary_status is null)`

/**
 * The account status that closes nothing but signing in by password: any stranger can bring it about by wrong passwords, and must not
 * close what somebody has, nor their accounts elsewhere.
 */
const byFailures: SecondaryStatus = 'LOCKED'

/** As SQL over the account status in a row: it closes nothing, or not more than signing in by password. */
export const closesNothingSql = (row: string): string => `(${row}.secondary_status is null or ${row}.secondary_status = '${byFailures}')`

/** Whether somebody may use what they have, here and elsewhere: also while `active` is false by a lock of wrong passwords. */
export const counts = (status: unknown, secondaryStatus: unknown): boolean => isActive(status, secondaryStatus === byFailures ? null : secondaryStatus)

/** The same as SQL over both in a row. */
export const countsSql = (row: string): string => `(${hasOpenStatusSql(row)} and ${closesNothingSql(row)})`

/** Whether somebody in a row waited for a day that has come, by a day in SQL: the job that starts people may be late. */
export const startedSql = (row: string, day: string): string => `(${row}.status = 'PENDING_START_DATE' and ${row}.start_date <= ${day}::date)`

/** Whether somebody in a row may sign in on a day in SQL, as far as their status says: by what signing in goes by, too. */
export const mayEnterSql = (row: string, day: string): string => `((${hasOpenStatusSql(row)} or ${startedSql(row, day)}) and ${closesNothingSql(row)})`

const gone: readonly unknown[] = ['TERMINATED', 'RETIRED', 'DECEASED', 'DELETED'] satisfies Status[]

/** Whether the person is no longer here: they keep their record and can be given nothing. */
export const hasLeft = (status: unknown): boolean => gone.includes(status)
