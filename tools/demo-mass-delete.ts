/** What the demo shows of a mass delete: stopped by its guard, released for a reason, carried out in Okta, and undone. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../src/context.ts'
import { counted } from '../src/model/counted.ts'
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
  const linked = async () => (await accounts(ctx, portal.id)).filter((id) => twin.org.users.get(id)?.status !== 'DEPROVISIONED').length
  const before = { ids: await numbers(ctx, portal.id), open: open(), linked: await linked() }
  tell('before', `${counted(before.ids.length, 'person is', 'people are')} in the portal, ${before.linked} of them with an account; ${counted(before.open, 'account is', 'accounts are')} open in Okta: those ${before.linked}, and ${before.open - before.linked} of nobody in this portal`)
  const plan = await planMassDelete(ctx, portal.id, { filter: 'id pr', deletePersons: false })
  tell('stopped', plan.stopReason?.replace(/\. Nothing has been written.*/, '') ?? 'by no limit')
  const released = await releasePlan(ctx, plan.id, { reason })
  tell('released', `by ${released.releasedBy}, because: ${released.releaseReason}`)
  await applyMassDelete(ctx, plan.id)
  const { queued } = await countQueue(ctx.db, 'panelist')
  const stay = (await numbers(ctx, portal.id)).length
  const gone = before.ids.length - stay
  tell('applied', `in one transaction: ${gone} of the ${before.ids.length} have left (${counted(stay, 'stays', 'stay')}: a filter leaves out whoever is hidden); of those ${gone}, ${queued} have an account, which waits in the queue, and ${gone - queued} have none`)
  // A running server does this by itself, every minute.
  await drainInSlices(run(), { sliceMs: 5_000, pauseMs: 250, forMs: 60_000, sleep: async (ms) => void (await sleep(ms)), now: () => performance.now() })
  const closed = before.open - open()
  tell('in Okta', `those ${queued} accounts are out of the portal's group: ${closed} deactivated, and ${queued - closed} left open, whose people are in another portal`)
  await undoMassDelete(ctx, plan.id)
  await sync()
  const back = await numbers(ctx, portal.id)
  const isSame = JSON.stringify(back) === JSON.stringify(before.ids)
  const [now, ours] = [open(), await linked()]
  tell('undone', `${counted(back.length, 'person is', 'people are')} in the portal under ${isSame ? 'the same' : 'OTHER'} numbers, ${ours} of them with an account; ${now} accounts are open in Okta: those ${ours}, and ${now - ours} others, ${now === before.open && ours === before.linked ? 'as before' : 'NOT as before'}`)
}

async function accounts(ctx: Context, portalId: number): Promise<string[]> {
  const rows = await ctx.db.query<{ uuid: string }>('select distinct uuid from efs.iam_portal_user_reference where portal_id = $1 and uuid is not null', [portalId])
  return rows.map(({ uuid }) => uuid)
}

async function numbers(ctx: Context, portalId: number): Promise<number[]> {
  const rows = await ctx.db.query<{ user_id: number }>('select user_id from efs.portal_panelist where portal_id = $1 order by user_id', [portalId])
  return rows.map((row) => row.user_id)
}

function tell(what: string, text: string): void {
  console.log(`    ${what.padEnd(9)} ${text}`)
}
