/**
 * What `gatehouse doctor` looks at: the database itself, and then what an operator has to know or decide. It only reads,
 * and asks nobody but the database: Okta is not called.
 */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { counted } from '../model/counted.ts'
import { harmless } from '../model/harmless.ts'
import { queuePopulations } from '../model/queue-states.ts'
import { examine, type Finding } from '../store/doctor.ts'
import { countDead } from '../store/messages.ts'
import { checkMasterKey } from '../store/open-master-key.ts'
import { stoppedPlans } from '../store/plans.ts'
import { heldPlans, lastOutcomes, waitingByPortal, waitingElsewhere, type LastOutcome } from '../store/sync-status.ts'
import { examineSystemRows } from '../store/system-rows.ts'
import { countQueue } from '../store/unassignment-queue.ts'
import { heldQueue } from '../sync/held-queue.ts'
import { eitherWay } from './plan-ways.ts'
import { table } from './run.ts'

type Reading = Pick<Context, 'db' | 'config'>

export interface Check {
  /** What was looked at. */
  subject: string
  findings: Finding[]
  /** Said where nothing was found. */
  good: string
  /** False: it could not be looked at. */
  looked: boolean
}

const standing: readonly { subject: string; good: string; look: (reading: Reading) => Promise<Finding[]> }[] = [
  { subject: 'rows that come with Gatehouse', good: 'are there, and as they came', look: ({ db }) => examineSystemRows(db) },
  { subject: 'master key', good: 'is the right one, or none is needed yet', look: lookAtMasterKey },
  { subject: 'plans', good: 'none was stopped and waits for a release', look: lookAtPlans },
  { subject: 'queues of accounts to unassign', good: 'nothing held, nothing failed', look: lookAtQueues },
  { subject: 'last sync runs', good: 'none failed, nobody is blocked', look: lookAtRuns },
  { subject: 'connection to Okta', good: 'set, or nothing waits for it; not tried (gatehouse portal check)', look: lookAtConnection },
  { subject: 'mail and SMS', good: 'none given up', look: lookAtMessages },
]

/** Looks at everything. What stands in the tables is asked only where the tables are as they should be. */
export async function lookOver(reading: Reading): Promise<Check[]> {
  const findings = await examine(reading.db)
  const checks: Check[] = [{ subject: 'database', findings, good: 'schema and server are as this version expects', looked: true }]
  const looked = findings.every(({ severity }) => severity !== 'error')
  for (const { subject, good, look } of standing) checks.push({ subject, good, looked, findings: looked ? await look(reading) : [] })
  return checks
}

/** For people: what was looked at, then what was found, each with what to do. */
export function checkLines(checks: readonly Check[]): string[] {
  const findings = checks.flatMap((one) => one.findings)
  return [
    ...table(['looked at', 'found'], checks.map((one) => [one.subject, resultOf(one)])), '',
    ...(findings.length === 0 ? ['All is well.'] : findings.map((one) => `${one.severity}: ${one.where} ${one.what} ${one.advice}`)),
  ]
}

function resultOf({ findings, good, looked }: Check): string {
  if (!looked) return 'not looked at: the database has to be mended first'
  return findings.length === 0 ? good : counted(findings.length, 'finding')
}

const warning = (where: string, what: string, advice: string): Finding => ({ severity: 'warning', where, what, advice })

async function lookAtMasterKey({ db, config }: Reading): Promise<Finding[]> {
  try {
    await checkMasterKey(db, config)
    return []
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error
    return [{ ...warning('master key', 'cannot be used, and neither the server nor most commands start without it:', error.message), severity: 'error' }]
  }
}

async function lookAtPlans({ db }: Reading): Promise<Finding[]> {
  const sync = (await heldPlans(db)).map(({ planId, portalId, reason }) => ({ id: planId, what: portalId === null ? 'the sync of everything' : `the sync of portal ${portalId}`, reason }))
  const others = (await stoppedPlans(db)).map(({ id, title, stopReason }) => ({ id, what: title, reason: stopReason ?? '' }))
  return [...sync, ...others].map(({ id, what, reason }) => warning(
    `plan ${id}`, `(${harmless(what)}) was stopped by a guard and waits: ${harmless(reason)}.`,
    `Look at it (npx gatehouse plan show ${id}), then: ${eitherWay(id)}`,
  ))
}

async function lookAtQueues(reading: Reading): Promise<Finding[]> {
  const found: Finding[] = []
  const held = await heldQueue(reading)
  if (held) found.push(warning('queues of accounts', `are held by a guard: ${harmless(held.reason)}.`, 'Plan it (npx gatehouse sync --portal N --plan), look at the plan, and release it.'))
  for (const population of queuePopulations) {
    const { waiting, dead, next } = await countQueue(reading.db, population)
    const [where, flag] = population === 'admin' ? ['queue of administrators\' accounts:', ' --admins'] : ['queue of panelists\' accounts:', '']
    const list = `npx gatehouse portal queue list${flag}`
    if (dead > 0) found.push(warning(where, `${counted(dead, 'entry was', 'entries were')} given up.`, `See why (${list} --filter 'state eq "dead"'), then: npx gatehouse portal queue retry${flag} --all`))
    if (waiting > 0) found.push({ severity: 'note', where, what: `${counted(waiting, 'entry has', 'entries have')} failed${next === undefined ? '' : `; the next attempt is at ${next}`}.`, advice: `See why: ${list} --filter 'state eq "waiting"'` })
  }
  return found
}

async function lookAtRuns({ db }: Reading): Promise<Finding[]> {
  const held = new Set((await heldPlans(db)).map(({ planId }) => planId))
  // What a guard has stopped stands among the plans.
  const runs = (await lastOutcomes(db)).filter(({ status, planId }) => status !== 'stopped' || planId === null || !held.has(planId))
  return runs.flatMap(findingsOfRun)
}

function findingsOfRun({ kind, portalId, planId, status, reason, began, failed, blocked }: LastOutcome): Finding[] {
  const where = `last run of the ${kind === 'drain' ? 'queues' : portalId === null ? 'sync' : `sync of portal ${portalId}`} (${kind}, ${began})`
  const steps = planId === null ? 'npx gatehouse okta errors' : `npx gatehouse plan steps ${planId}`
  const found: Finding[] = []
  if (status !== 'done') found.push(warning(where, `was ${status === 'failed' ? 'a failure' : status}: ${harmless(reason ?? 'no reason was told').slice(0, 500)}`, 'What it has not done stays marked for the next run. See: npx gatehouse sync status; npx gatehouse okta errors'))
  if (failed > 0) found.push(warning(where, `left ${counted(failed, 'step')} that failed.`, `The next run tries again. See why: ${steps}${planId === null ? '' : ' --failed'}`))
  if (blocked > 0) found.push(warning(where, `left ${counted(blocked, 'person', 'people')} blocked: somebody has to decide.`, `See who and why: ${steps}${planId === null ? '' : ' --action blocked'}`))
  return found
}

async function lookAtConnection({ db, config }: Reading): Promise<Finding[]> {
  const [portals, besides] = [await waitingByPortal(db), await waitingElsewhere(db)]
  const newcomers = portals.reduce((sum, one) => sum + one.newcomers, 0)
  const changes = portals.reduce((sum, one) => sum + one.changed, 0) + besides.administrators + besides.queued + besides.queuedAdministrators
  if (newcomers + changes === 0) return []
  const waiting = `${counted(changes, 'account')} with changes and ${counted(newcomers, 'member')} without an account wait for it`
  const advice = 'Set OKTA_ORG_URL, and OKTA_API_TOKEN or OKTA_CLIENT_ID, for the server (docs/how-to-okta.md); if the server has them, give them to this command too.'
  // Portals without an org are a beginning; accounts that have been there are not.
  if (config.OKTA_ORG_URL === undefined) return [{ ...warning('connection to Okta', `is not set (OKTA_ORG_URL): ${waiting}.`, advice), severity: changes > 0 ? 'warning' : 'note' }]
  if (config.OKTA_API_TOKEN === undefined && config.OKTA_CLIENT_ID === undefined) return [warning('connection to Okta', `has an org and nothing to show it who we are: ${waiting}.`, advice)]
  return []
}

async function lookAtMessages({ db }: Reading): Promise<Finding[]> {
  const dead = await countDead(db)
  return dead === 0 ? [] : [warning('mail and SMS', `could not be sent ${counted(dead, 'time')} and were given up.`, `See why: npx gatehouse messages list --filter 'status eq "DEAD"'; then: npx gatehouse messages retry ID`)]
}
