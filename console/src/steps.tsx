/** The page of each step that can stand between a right password and being in. A step more is a line more. */
import { lazy, type ReactNode } from 'react'
import type { StepName } from '../../src/model/session.ts'

const ChoosePassword = lazy(async () => ({ default: (await import('./pages/password/choose-password.tsx')).ChoosePassword }))
const FactorStep = lazy(async () => ({ default: (await import('./pages/factors/factor-step.tsx')).FactorStep }))
const EnrolStep = lazy(async () => ({ default: (await import('./pages/factors/enrol-step.tsx')).EnrolStep }))
const AcceptPolicy = lazy(async () => ({ default: (await import('./pages/policy/accept-policy.tsx')).AcceptPolicy }))

export const steps: Readonly<Record<StepName, ReactNode>> = {
  change_password: <ChoosePassword />,
  accept_policy: <AcceptPolicy />,
  factor: <FactorStep />,
  enrol_factor: <EnrolStep />,
}

/** Undefined for a step that a newer server asks for. */
export const stepOf = (next: string): ReactNode => (Object.hasOwn(steps, next) ? steps[next as StepName] : undefined)
