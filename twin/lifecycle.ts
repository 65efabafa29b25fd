/**
 * The lifecycle of a user, pure: which operation is allowed from which status, what it leads to, and which error the
 * wrong status gets. Okta's published table, drawn:
 *
 *     STAGED ──activate──▶ PROVISIONED ──(password set)──▶ ACTIVE ◀──unsuspend── SUSPENDED
 *       ▲ (create)             │                           │ │ └───suspend──────────▶
 *       │                      │      reset_password ◀─────┘ └──▶ expire_password
 *     any ──deactivate──▶ DEPROVISIONED ──activate──▶ …      LOCKED_OUT ──unlock──▶ ACTIVE
 *                              └──delete──▶ gone
 *
 * Three things no public page settles are decided here: a repeated deactivate is refused (an option of the double turns
 * that into a no-op), reactivate leaves the status as it is, and the password operations need a status in which the
 * user has finished activation.
 */
import type { OktaErrorCode } from './errors.ts'

export const userStatuses = [
  'STAGED',
  'PROVISIONED',
  'ACTIVE',
  'RECOVERY',
  'PASSWORD_EXPIRED',
  'LOCKED_OUT',
  'SUSPENDED',
  'DEPROVISIONED',
] as const

export type UserStatus = (typeof userStatuses)[number]

export const lifecycleOperations = [
  'activate',
  'reactivate',
  'deactivate',
  'suspend',
  'unsuspend',
  'unlock',
  'reset_password',
  'expire_password',
  'expire_password_with_temp_password',
  'reset_factors',
  'delete',
] as const

export type LifecycleOperation = (typeof lifecycleOperations)[number]

export type Transition = { to: UserStatus | 'GONE' } | { refused: OktaErrorCode; cause?: string }

interface Rule {
  from: readonly UserStatus[]
  /** `null`: the status stays as it is. */
  to: UserStatus | null
  refused: OktaErrorCode
  cause?: string
}

const signedUp = ['ACTIVE', 'PASSWORD_EXPIRED', 'LOCKED_OUT', 'RECOVERY'] as const
const anyButDeprovisioned = userStatuses.filter((status) => status !== 'DEPROVISIONED')

const rules: Record<Exclude<LifecycleOperation, 'activate' | 'delete'>, Rule> = {
  reactivate: { from: ['PROVISIONED', 'RECOVERY'], to: null, refused: 'E0000038' },
  deactivate: {
    from: anyButDeprovisioned,
    to: 'DEPROVISIONED',
    refused: 'E0000001',
    cause: 'Cannot deactivate a user that is already deactivated',
  },
  suspend: {
    from: ['ACTIVE'],
    to: 'SUSPENDED',
    refused: 'E0000001',
    cause: 'Cannot suspend a user that is not active',
  },
  unsuspend: {
    from: ['SUSPENDED'],
    to: 'ACTIVE',
    refused: 'E0000001',
    cause: 'Cannot unsuspend a user that is not suspended',
  },
  unlock: { from: ['LOCKED_OUT'], to: 'ACTIVE', refused: 'E0000032' },
  reset_password: { from: signedUp, to: 'RECOVERY', refused: 'E0000038' },
  expire_password: { from: signedUp, to: 'PASSWORD_EXPIRED', refused: 'E0000038' },
  expire_password_with_temp_password: { from: signedUp, to: 'PASSWORD_EXPIRED', refused: 'E0000038' },
  reset_factors: { from: anyButDeprovisioned, to: null, refused: 'E0000038' },
}

/** What `operation` does to a user in `status`. `hasPassword` decides between ACTIVE and PROVISIONED on activation. */
export function transition(operation: LifecycleOperation, status: UserStatus, hasPassword: boolean): Transition {
  if (operation === 'delete') return { to: status === 'DEPROVISIONED' ? 'GONE' : 'DEPROVISIONED' }
  if (operation === 'activate') {
    const allowed = status === 'STAGED' || status === 'DEPROVISIONED'
    return allowed ? { to: hasPassword ? 'ACTIVE' : 'PROVISIONED' } : { refused: 'E0000016' }
  }
  const rule = rules[operation]
  if (rule.from.includes(status)) return { to: rule.to ?? status }
  return { refused: rule.refused, ...(rule.cause === undefined ? {} : { cause: rule.cause }) }
}

/** The status after an administrator sets a password (not settled in public; the flows it completes end in ACTIVE). */
export function statusAfterPassword(status: UserStatus): UserStatus {
  return status === 'PROVISIONED' || status === 'RECOVERY' || status === 'PASSWORD_EXPIRED' ? 'ACTIVE' : status
}
