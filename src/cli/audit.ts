/** gatehouse audit: proving, exporting and searching the audit, and erasing a person from it. */
import { counted } from '../model/counted.ts'
import type { Command } from 'commander'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { exportAudit } from '../audit/export.ts'
import { dropOldEvents } from '../audit/retention.ts'
import { sealEvents } from '../audit/seal.ts'
import { searchEvents } from '../audit/search.ts'
import { rotateSigningKey } from '../audit/signing-key.ts'
import { verifyAuditFile } from '../audit/verify-file.ts'
import { verifyAudit } from '../audit/verify.ts'
import type { ChainReport } from '../audit/breaks.ts'
import { eraseUser } from '../directory/erase.ts'
import { writeWholeFile } from '../transfer/whole-file.ts'
import { print, progressLine, readInstant, readWhole, table, withDatabase } from './run.ts'

function reportLines(report: ChainReport): string[] {
  const head = `${counted(report.events, 'event')} in ${counted(report.blocks, 'block')}`
  const broken = report.breaks.map((one) => `  ${one.kind}: ${one.message}`)
  return report.breaks.length === 0 ? [`The audit is whole: ${head}.`, ...(report.head ? [`Head: block ${report.head.blockNo}, ${report.head.hash}`] : [])] : [`The audit is BROKEN: ${head}.`, ...broken]
}

interface RangeOptions {
  from?: string
  to?: string
  json?: boolean
}

export function addAuditCommands(gatehouse: Command): void {
  const audit = gatehouse.command('audit').description('The audit: who did what, when, from where; provable, searchable, exportable.')
  audit.command('verify').description('Proves the chain of events, or an exported file without the server; names the first broken event.')
    .argument('[file]', 'a file that `audit export` wrote').option('--from <instant>', 'from this instant', readInstant).option('--to <instant>', 'to this instant', readInstant).option('--json', 'answer for machines')
    .action(async (file: string | undefined, options: RangeOptions) => {
      const report = file === undefined ? await verifyLive(options) : await verifyAuditFile(createReadStream(file))
      print(options.json, report, () => reportLines(report))
      process.exitCode = report.breaks.length === 0 ? 0 : 1
    })
  audit.command('export').description('Writes events and their seals to a file that proves itself.')
    .argument('<file>', 'where to').option('--from <instant>', 'from this instant', readInstant).option('--to <instant>', 'to this instant', readInstant).option('--json', 'answer for machines')
    .action((file: string, options: RangeOptions) => withDatabase(async ({ db, masterKey }, ctx) => {
      await sealEvents(db, masterKey, ctx.now)
      const report = await writeWholeFile(file, async (openFile) => {
        const out = openFile()
        // A disk that fills up while the database is being waited for must be noticed too.
        const failed = once(out, 'error').then(([error]) => Promise.reject(error as Error))
        failed.catch(() => {})
        await Promise.race([once(out, 'open'), failed])
        const made = await exportAudit(db, masterKey, ctx.now(), { from: options.from, to: options.to }, async (text) => {
          if (!out.write(text)) await Promise.race([once(out, 'drain'), failed])
        })
        out.end()
        await Promise.race([once(out, 'close'), failed])
        return made
      })
      print(options.json, report, () => reportLines(report))
      process.exitCode = report.breaks.length === 0 ? 0 : 1
    }))
  audit.command('search').description('Lists events, the newest first.')
    .option('--filter <filter>', 'a SCIM filter: targetId eq "…" and action sw "user."').option('--count <n>', 'how many', readWhole(1, 1000), 50).option('--json', 'answer for machines')
    .action((options: { filter?: string; count: number; json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const { items } = await searchEvents(ctx.db, { filter: options.filter, count: options.count })
      print(options.json, items, () => table(['at', 'who', 'action', 'target', 'source', 'result'], items.map((one) => [one.at, one.principal, one.action, `${one.targetType} ${one.targetId}`, one.source, one.result])))
    }))
  audit.command('erase').description('Deletes a person and erases their data from the audit for good; the chain still verifies.')
    .argument('<id>', 'the id of the person').requiredOption('--yes', 'that you mean it: this cannot be taken back').option('--json', 'answer for machines')
    .action((id: string, options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      await eraseUser(ctx, id)
      print(options.json, { id, erased: true }, () => [`${id} is erased.`])
    }))
  audit.command('drop').description('Drops sealed events older than so many days; what remains still verifies.')
    .requiredOption('--days <n>', 'how old', readWhole(1, 36_500)).option('--json', 'answer for machines')
    .action((options: { days: number; json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const dropped = await dropOldEvents(ctx, options.days)
      print(options.json, dropped, () => [`${counted(dropped.events, 'event')} in ${counted(dropped.blocks, 'block')} dropped.`])
    }))
  audit.command('rotate-key').description('Makes a new key that signs the audit from the next block on; what the one before signed still verifies.').option('--json', 'answer for machines')
    .action((options: { json?: boolean }) => withDatabase(async ({ masterKey }, ctx) => {
      const id = await rotateSigningKey(ctx, masterKey)
      print(options.json, { id }, () => [`The audit is signed by ${id} from now on.`])
    }))
}

async function verifyLive(options: RangeOptions): Promise<ChainReport> {
  return withDatabase(async ({ db, masterKey }, ctx) => {
    await sealEvents(db, masterKey, ctx.now)
    const progress = progressLine('blocks')
    const report = await verifyAudit(db, masterKey, { from: options.from, to: options.to, onProgress: ({ blocks, of }) => progress.show(blocks, of) })
    progress.end()
    return report
  })
}
