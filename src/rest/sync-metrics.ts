/** The sync for Prometheus: what is at work, what waits, how fast Okta is asked. Anybody may ask, so one answer serves some seconds. */
import { Gauge, type Registry } from 'prom-client'
import { queuePopulations } from '../model/queue-states.ts'
import type { SyncStatus } from '../sync/status.ts'
import { syncStatus } from '../sync/status.ts'
import { errorsByStatus } from '../store/remote-errors.ts'
import type { BaseContext } from './server.ts'

const freshMs = 5_000
const statusMs = 2_000

interface Seen {
  status: SyncStatus
  errors: { statusCode: number; count: number }[]
}

/** Adds the gauges; without a database they are absent, and the other metrics are not. */
export function addSyncMetrics(registry: Registry, base: BaseContext): void {
  let asked: { at: number; seen: Promise<Seen | null> } | undefined
  const look = async (): Promise<Seen | null> => {
    const db = base.db.withLimit(statusMs)
    try {
      return { status: await syncStatus({ ...base, db }), errors: await errorsByStatus(db, new Date(base.now().getTime() - 3_600_000)) }
    } catch {
      return null
    }
  }
  const seen = () => {
    if (asked === undefined || performance.now() - asked.at > freshMs) asked = { at: performance.now(), seen: look() }
    return asked.seen
  }
  for (const [name, { help, labels, values }] of Object.entries(gauges)) {
    new Gauge({
      name, help, labelNames: labels, registers: [registry],
      async collect() {
        this.reset()
        const found = await seen()
        if (found) for (const [value, of] of values(found)) this.set(of, value)
      },
    })
  }
}

type Values = (seen: Seen) => [value: number, labels: Record<string, string>][]

interface BucketRate {
  lastMinute: number
  allowance?: number
}

const seconds = (instant: unknown) => Date.parse(String(instant)) / 1000
const bucketsOf = ({ status: { running } }: Seen) => Object.entries((running?.rates ?? {}) as Record<string, BucketRate>)

const gauges: Record<string, { help: string; labels: string[]; values: Values }> = {
  gatehouse_sync_running: {
    help: '1 while a sync run is at work.', labels: ['kind', 'step'],
    values: ({ status: { running } }) => (running ? [[1, { kind: String(running.kind), step: String(running.step) }]] : [[0, { kind: '', step: '' }]]),
  },
  gatehouse_sync_done: { help: 'How far the run has come in its step.', labels: [], values: ({ status: { running } }) => (running ? [[Number(running.done), {}]] : []) },
  gatehouse_sync_total: { help: 'How far the run has to go in its step, where that is known.', labels: [], values: ({ status: { running } }) => (running?.total === undefined ? [] : [[Number(running.total), {}]]) },
  gatehouse_sync_waiting: {
    help: 'What waits for the next run: changed and new people by portal, queued accounts, hints of Okta.', labels: ['what', 'portal'],
    values: ({ status: { portals, waiting } }) => [
      ...portals.flatMap(({ id, changed, newcomers }): ReturnType<Values> => [[changed, { what: 'changed', portal: String(id) }], [newcomers, { what: 'new', portal: String(id) }]]),
      [waiting.administrators, { what: 'administrators', portal: '' }], [waiting.queued, { what: 'queued', portal: '' }],
      [waiting.queuedAdministrators, { what: 'queued administrators', portal: '' }], [waiting.hints, { what: 'hints', portal: '' }],
    ],
  },
  gatehouse_unassignment_queue: {
    help: 'Accounts to unassign: queued (not tried yet), waiting (failed, tried again), dead (given up).', labels: ['population', 'state'],
    values: ({ status: { queues } }) => queuePopulations.flatMap((population) => (['queued', 'waiting', 'dead'] as const).map((state): ReturnType<Values>[number] => [queues[population][state], { population, state }])),
  },
  gatehouse_sync_held: {
    help: '1 for a portal whose plan a guard has stopped: nothing runs by itself there; all: the reconcile, queue: the worker of the queues.', labels: ['portal'],
    values: ({ status: { portals, held, heldQueue } }) => [
      [heldQueue === undefined ? 0 : 1, { portal: 'queue' }],
      ...portals.map(({ id, held: plan }): [number, Record<string, string>] => [plan ? 1 : 0, { portal: String(id) }]), [held ? 1 : 0, { portal: 'all' }],
    ],
  },
  gatehouse_sync_last_end_seconds: {
    help: 'When the last run of a kind ended (seconds since 1970), and how.', labels: ['kind', 'portal', 'status'],
    values: ({ status: { last } }) => last.filter(({ ended }) => ended !== undefined)
      .map(({ kind, portalId, status, ended }) => [seconds(ended), { kind: String(kind), portal: String(portalId ?? ''), status: String(status) }]),
  },
  gatehouse_okta_requests_last_minute: {
    help: 'Requests to Okta within the last minute, by bucket of its limits.', labels: ['bucket'],
    values: (seen) => bucketsOf(seen).map(([bucket, { lastMinute }]) => [lastMinute, { bucket }]),
  },
  gatehouse_okta_allowance: {
    help: 'Requests a minute that we allow ourselves, by bucket.', labels: ['bucket'],
    values: (seen) => bucketsOf(seen).flatMap(([bucket, { allowance }]) => (allowance === undefined ? [] : [[allowance, { bucket }] as [number, Record<string, string>]])),
  },
  gatehouse_okta_errors_last_hour: {
    help: 'Errors received from Okta within the last hour, by HTTP status; 0 where no answer came.', labels: ['status'],
    values: ({ errors }) => errors.map(({ statusCode, count }) => [count, { status: String(statusCode) }]),
  },
}
