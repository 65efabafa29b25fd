/**
 * `npm test [FILTER…]`: all tests, then the skipped ones with their reasons, then one closing line
 * `N passed, N failed, N skipped`. Ends with 1 when a test failed or, with CI=true or NO_SKIPS=1, when one was skipped for
 * want of something that can be installed. Data that is not ours to carry may be missing anywhere.
 */
import { startVitest, type TestModule } from 'vitest/node'

interface Summary {
  passed: number
  failed: number
  skipped: { name: string; reason: string }[]
}

/** Counts every test; a file that could not even be loaded counts as one failed test. */
function summaryOf(modules: TestModule[]): Summary {
  const summary: Summary = { passed: 0, failed: 0, skipped: [] }
  for (const module of modules) {
    let failures = 0
    for (const test of module.children.allTests()) {
      const result = test.result()
      const name = `${module.relativeModuleId} > ${test.fullName}`
      if (result.state === 'passed') summary.passed++
      else if (result.state === 'failed') failures++
      else summary.skipped.push({ name, reason: ('note' in result && result.note) || 'no reason given' })
    }
    summary.failed += failures === 0 && module.state() === 'failed' ? 1 : failures
  }
  return summary
}

const vitest = await startVitest('test', process.argv.slice(2), { run: true, watch: false })
await vitest.close()
const { passed, failed, skipped } = summaryOf(vitest.state.getTestModules())
const errors = vitest.state.getUnhandledErrors().length
if (errors > 0) console.log(`${errors} errors outside any test, printed above`)
if (skipped.length > 0) console.log('\nSkipped:')
for (const { name, reason } of skipped) console.log(`  ${name}: ${reason}`)
const noSkips = process.env['CI'] === 'true' || process.env['NO_SKIPS'] === '1'
const forbidden = noSkips ? skipped.filter(({ reason }) => !reason.includes('is not beside the checkout')) : []
if (forbidden.length > 0) console.log('Skipping is forbidden here (CI=true or NO_SKIPS=1).')
console.log(`\n${passed} passed, ${failed + errors} failed, ${skipped.length} skipped`)
process.exit(passed === 0 || failed + errors > 0 || forbidden.length > 0 ? 1 : 0)
