/** Is the process alive, can it serve, and how is it doing: for load balancers and Prometheus. Needs no key. */
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { BaseContext } from './server.ts'
import { addSyncMetrics } from './sync-metrics.ts'

/** Adds /health/live, /health/ready and /metrics. */
export function addHealth(server: FastifyInstance, base: BaseContext): void {
  server.get('/health/live', async (_request, reply) => reply.send({ status: 'live' }))
  let asked: Promise<boolean> | undefined
  server.get('/health/ready', async (_request, reply) => {
    // Anybody may ask, as often as they like: one question at a time serves all.
    asked ??= base.db.query('select 1').then(() => true, () => false).finally(() => (asked = undefined))
    const ready = await asked
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'database unavailable' })
  })
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'gatehouse_http_request_seconds', help: 'Time to answer, by route.', labelNames: ['method', 'route', 'status'], registers: [registry],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
  })
  new Gauge({
    name: 'gatehouse_database_connections', help: 'Connections to the database, by state.', labelNames: ['state'], registers: [registry],
    collect() {
      const { totalCount, idleCount, waitingCount } = base.db.pool
      this.set({ state: 'open' }, totalCount)
      this.set({ state: 'idle' }, idleCount)
      this.set({ state: 'waiting' }, waitingCount)
    },
  })
  addSyncMetrics(registry, base)
  server.addHook('onResponse', async (request, reply) => {
    requests.observe({ method: request.method, route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) }, reply.elapsedTime / 1000)
  })
  server.get('/metrics', async (_request, reply) => reply.header('content-type', registry.contentType).send(await registry.metrics()))
}
