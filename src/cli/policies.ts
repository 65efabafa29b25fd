/** gatehouse policies: usage policies, their versions, and who has not accepted them. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { Document } from '../model/attribute.ts'
import { policies as policyVerbs, policyVersions } from '../signin/site-records.ts'
import { documentOfRow, listRows } from '../store/list-rows.ts'
import { itPolicy, itPolicyVersion } from '../model/site-records.ts'
import { undecidedAt, undecidedListing } from '../store/it-policies.ts'
import { readSiteRecord, siteListings } from '../store/site-records.ts'
import { print, readWhole, table, withDatabase } from './run.ts'

interface Publishing {
  name: string
  policy?: string
  annually?: boolean
  site?: string
  confirmation?: string
  json?: boolean
}

export function addPolicyCommands(gatehouse: Command): void {
  const policies = gatehouse.command('policies').description('Usage policies that people accept when they sign in.')
  policies
    .command('publish')
    .description('Asks everybody for the text of a file from now on, as the next version of a policy or of a new one.')
    .argument('<file>', 'the text')
    .requiredOption('--name <name>', 'what the version is called')
    .option('--policy <id>', 'the policy it is a version of; a new one when absent')
    .option('--annually', 'for a new policy: to be accepted again after 365 days')
    .option('--confirmation <text>', 'for a new policy: what the person confirms by clicking')
    .option('--site <id>', 'the site it is asked for on; all when absent')
    .option('--json', 'answer for machines')
    .action(publish)
  policies
    .command('list')
    .description('Lists versions, and which of them are asked for.')
    .option('--json', 'answer for machines')
    .action((options: { json?: boolean }) => withDatabase(async ({ db }) => {
      const found = (await listRows(db, siteListings.itPolicyVersion, { count: 1000 })).rows.map((row) => documentOfRow(itPolicyVersion, row))
      const policies = await listRows(db, siteListings.itPolicy, { count: 1000 })
      const inForce = new Set(policies.rows.map((row) => documentOfRow(itPolicy, row)).filter(({ active }) => active).map(({ id }) => id))
      // A version is asked for as long as its policy is in force.
      const isAsked = (one: Document) => one.active === true && inForce.has(one.policyId)
      print(options.json, found.map((one) => ({ ...one, askedFor: isAsked(one) })), () => table(['id', 'policy', 'name', 'asked for', 'site', 'made'], found.map((one) => [one.id, one.policyId, one.name, isAsked(one) ? 'yes' : one.active ? 'stopped' : 'no', one.contentProviderId, one.created])))
    }))
  for (const [name, doc, active, told] of [
    ['stop', 'Asks nobody for a policy any more; what was decided is kept.', false, 'Nobody is asked for the policy ID any more.'],
    ['resume', 'Asks for a stopped policy again, and also those who had accepted it.', true, 'Everybody is asked for the policy ID again, also who had accepted it.'],
  ] as const) {
    policies.command(name).description(doc).argument('<policy>', 'the id of the policy').option('--json', 'answer for machines')
      .action((id: string, { json }: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
        const { document } = await policyVerbs.patch(ctx, id, { active })
        print(json, document, () => [told.replace('ID', id)])
      }))
  }
  policies
    .command('undecided')
    .description('Lists people who may sign in and have not accepted a version.')
    .argument('<version>', 'the id of the version')
    .option('--count <n>', 'how many a page', readWhole(1, 1000), 1000)
    .option('--json', 'answer for machines, a person a line')
    .action((id: string, options: { count: number; json?: boolean }) => withDatabase(async ({ db }, ctx) => {
      await readSiteRecord(db, itPolicyVersion, id)
      for (let cursor: string | undefined; ;) {
        const page = await listRows(db, undecidedListing, { count: options.count, cursor, where: { version_id: id }, scope: undecidedAt(ctx.now()) })
        for (const one of page.rows.map((row) => documentOfRow(undecidedListing, row))) {
          print(options.json, one, () => [`${String(one.id)}  ${String(one.userName)}  ${String(one.displayName ?? '')}${one.declined === undefined ? '' : '  declined'}`.trimEnd()])
        }
        if ((cursor = page.next) === undefined) return
      }
    }))
}

async function publish(file: string, options: Publishing): Promise<void> {
  const content = readFileSync(file, 'utf8')
  await withDatabase(async (_opened, ctx) => {
    const { name, policy, annually, site, confirmation, json } = options
    const approveType = annually ? 'ANNUALLY' : 'ONCE'
    const policyId = policy ?? (await policyVerbs.create(ctx, { approveType, ...(confirmation === undefined ? {} : { confirmation }) })).document.id
    const { document } = await policyVersions.create(ctx, { policyId, name, content, active: true, ...(site === undefined ? {} : { contentProviderId: site }) })
    // Last, so that a policy without a version is never in force.
    await policyVerbs.patch(ctx, policyId as string, { active: true })
    print(json, document, () => [`Everybody is asked for version ${String(document.id)} of the policy ${String(policyId)} from now on.`])
  })
}
