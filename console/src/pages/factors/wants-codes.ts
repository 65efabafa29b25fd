import { secondFactors } from '../../../../src/model/factor-kinds.ts'
import type { Factor } from '../../api.ts'

/** Second factors of somebody that recovery codes would stand in for. */
export const realOf = (factors: readonly Factor[]): Factor[] => secondFactors(factors).filter(({ type }) => type !== 'RECOVERY_CODES')

/** Whether somebody has what they stand in for, and none. */
export const wantsCodes = (factors: readonly Factor[]): boolean => realOf(factors).length > 0 && !factors.some(({ type }) => type === 'RECOVERY_CODES')
