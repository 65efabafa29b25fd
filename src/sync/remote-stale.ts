/**
 * Which steps of a plan no longer fit the connected system. Many accounts are read at once by a search; since that may
 * lag behind, one that seems to have changed is read again, as it is now.
 */
import type { Connector } from './connector.ts'
import { concurrently } from './concurrently.ts'
import { buildsOnAccount, movedReason } from './moved.ts'
import type { StoredStep } from './stored-plan.ts'

/** Step number → what has changed. Errors: RemoteError. */
export async function movedSteps(connector: Connector, steps: readonly StoredStep[]): Promise<Map<number, string>> {
  const building = steps.filter(({ step }) => buildsOnAccount(step))
  if (building.length === 0) return new Map()
  const found = await connector.readMany(building.map(({ step }) => step.accountId!))
  const judge = ({ step }: StoredStep, account: Awaited<ReturnType<Connector['read']>>) => movedReason(step, account, connector.differences)
  const doubtful = building.filter((stored) => judge(stored, found.get(stored.step.accountId!) ?? null) !== null)
  const reasons = await concurrently(doubtful, 8, async (stored) => judge(stored, await connector.read(stored.step.accountId!)))
  return new Map(doubtful.flatMap(({ number }, index): [number, string][] => (reasons[index] === null ? [] : [[number, reasons[index]!]])))
}
