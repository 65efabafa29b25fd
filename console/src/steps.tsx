/** The page of each step that can stand between a right password and being in. A step more is a line more; one without a page is said to be open. */
import { lazy, type ReactNode } from 'react'
import type { StepName } from '../../src/model/session.ts'

const ChoosePassword = lazy(async () => ({ default: (await import('./pages/password/choose-password.tsx')).ChoosePassword }))

export const steps: Readonly<Partial<Record<StepName, ReactNode>>> = {
  change_password: <ChoosePassword />,
}

/** Undefined for a step that a newer server asks for. */
export const stepOf = (next: string): ReactNode => (Object.hasOwn(steps, next) ? steps[next as StepName] : undefined)
