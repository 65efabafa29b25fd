/** What the demo shows of a mass delete: stopped by its guard, released for a reason, carried out in Okta, and undone. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../src/context.ts'
import { applyMassDelete, undoMassDelete } from '../src/portals/apply-mass-delete.ts'
import { planMassDelete } from '../src/portals/mass-delete.ts'
import { updatePortalSettings } from '../src/portals/portals.ts'
import { releasePlan } from '../src/plans/release.ts'
import { countQueue } from '../src/store/unassignment-queue.ts'
import { drainInSlices } from '../src/sync/drain.ts'
import type { SyncRun } from '../src/sync/run.ts'
import type { RunningTwin } from '../twin/main.ts'

interface Portal {
  id: number
  name: string
  members: number
}

const reason = 'The survey is over'

/**
 * Takes everybody out of a portal and brings them back.
 * @param sync brings the portal in step, as often as it is called
 */
export async function showMassDelete(ctx: Context, { twin }: RunningTwin, portal: Portal, run: () => SyncRun, sync: () => Promise<void>): Promise<void> {
  await updatePortalSettings(ctx, portal.id, { limit_mass_delete: String(Math.floor(portal.members / 4)) })
  const open = () => [...twin.org.users.values()].filter(({ status }) => status !== 'DEPROVISIONED').length
  const before = { ids: await numbers(ctx, portal.id), open: open() }
  const plan = await planMassDelete(ctx, portal.id, { filter: 'id pr', deletePersons: false })
  tell('stopped', plan.stopReason?.replace(/\. Nothing has been written.*/, '') ?? 'by no limit')
  const released = await releasePlan(ctx, plan.id, { reason })
  tell('released', `by ${released.releasedBy}, because: ${released.releaseReason}`)
  await applyMassDelete(ctx, plan.id)
  const { queued } = await countQueue(ctx.db, 'panelist')
  tell('applied', `in one transaction: ${portal.members - (await numbers(ctx, portal.id)).length} people have left, ${queued} accounts wait in the queue (a filter leaves out whoever is hidden, and some have no account)`)
  // A running server does this by itself, every minute.
  await drainInSlices(run(), { sliceMs: 5_000, pauseMs: 250, forMs: 60_000, sleep: async (ms) => void (await sleep(ms)), now: () => performance.now() })
  tell('in Okta', `out of the portal's group, and ${before.open - open()} accounts deactivated; the others are in another portal`)
  await undoMassDelete(ctx, plan.id)
  await sync()
  const back = await numbers(ctx, portal.id)
  const isSame = JSON.stringify(back) === JSON.stringify(before.ids)
  tell('undone', `${back.length} people are back under ${isSame ? 'the same' : 'OTHER'} numbers, and ${open()} accounts open in Okta, as ${open() === before.open ? 'before' : 'NOT before'} (those of the other portal among them)`)
}

async function numbers(ctx: Context, portalId: number): Promise<number[]> {
  const rows = await ctx.db.query<{ user_id: number }>('select user_id from efs.portal_panelist where portal_id = $1 order by user_id', [portalId])
  return rows.map((row) => row.user_id)
}

function tell(what: string, text: string): void {
  console.log(`    ${what.padEnd(9)} ${text}`)
}
