/** What a short command loads: not the server, which takes longer to load than such a command to run. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../tools/house-rules.ts'
import { fileOf } from './import-harness.ts'
import { cleanEnv, pinnedNode } from './server-process.ts'

test('the command line is there without what only the server needs', { timeout: 60_000 }, () => {
  const listing = fileOf('listing.mjs', `import { registerHooks } from 'node:module'
    const urls = []
    registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) })
    process.on('exit', () => console.log(urls.join('\\n')))`)
  const loaded = execFileSync(pinnedNode, ['--import', listing, join(root, 'bin/gatehouse.js'), '--help'], { env: cleanEnv({}), encoding: 'utf8' })
  expect(loaded).toContain('/src/cli/plans.ts')
  for (const part of ['/src/main.ts', '/src/rest/', '/src/oidc/', '/src/jobs/', '/node_modules/fastify/', '/node_modules/oidc-provider/', '/node_modules/graphile-worker/']) expect(loaded).not.toContain(part)
})
