/** gatehouse portal mapping, check: how accounts are filled, and whether a portal is set up on both sides. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { GatehouseError } from '../errors.ts'
import { isObject } from '../model/attribute.ts'
import { counted } from '../model/counted.ts'
import { harmless } from '../model/harmless.ts'
import { readMapping, setMapping, type AccountMapping } from '../portals/mapping.ts'
import type { MappingOwner } from '../store/account-mappings.ts'
import { checkPortalSetup } from '../sync/check-portal.ts'
import { print, table, wholeServer, withDatabase } from './run.ts'

interface MappingOptions {
  set?: string
  reset?: boolean
  json?: boolean
}

function mappingLines({ own, fields }: AccountMapping): string[] {
  return [own ? 'A mapping of its own:' : 'The standard mapping:', ...table(['field', 'from'], Object.entries(fields).map(([field, value]) => [field, typeof value === 'string' ? value : JSON.stringify(value)]))]
}

/** A mapping from a file: `{"login": …}`, or the whole as `--json` shows it. */
async function readMappingFile(path: string): Promise<unknown> {
  let parsed: unknown
  try {
    parsed = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw new GatehouseError('invalid_file', `${path} cannot be read as JSON: ${(error as Error).message}`)
  }
  return isObject(parsed) && isObject(parsed.fields) ? parsed.fields : parsed
}

/** @param readPortalId reads a portal's number */
export function addMappingCommands(portals: Command, readPortalId: (text: string) => number): void {
  portals.command('mapping').description('Shows or sets how accounts are filled: of a portal\'s people, or of administrators.')
    .argument('<portal|admins>', 'the number of the portal, or the word admins', (text: string): MappingOwner => (text === 'admins' ? text : readPortalId(text)))
    .option('--set <file>', 'a JSON file: {"login": "userName", …}').option('--reset', 'goes back to the standard').option('--json', 'answer for machines')
    .action((owner: MappingOwner, options: MappingOptions) => withDatabase(async (_opened, ctx) => {
      if (options.set !== undefined && options.reset) throw new GatehouseError('invalid_parameter', 'Say either --set or --reset.')
      if (options.set === undefined && !options.reset) {
        const mapping = await readMapping(ctx.db, owner)
        print(options.json, mapping, () => mappingLines(mapping))
        return
      }
      const mapping = await setMapping(ctx, owner, options.set === undefined ? null : await readMappingFile(options.set))
      print(options.json, mapping, () => [...mappingLines(mapping), `${counted(mapping.marked, 'link is', 'links are')} marked to be pushed.`])
    }))
  portals.command('check').description('Holds a portal against Okta (OKTA_ORG_URL, OKTA_API_TOKEN): client, group, addresses, issuer, and whether the mapping fits the user schema. Changes nothing.')
    .argument('<portal>', 'the number of the portal', readPortalId).option('--json', 'answer for machines')
    .action((id: number, options: { json?: boolean }) => withDatabase(async ({ db }, ctx) => {
      const { connector, errorLog } = await (await wholeServer()).connectedRun(ctx)
      const findings = await checkPortalSetup(db, connector, id).finally(() => errorLog.flush())
      print(options.json, findings, () => findings.flatMap(({ subject, result, message, declare }) => [
        `${result === 'good' ? '   ok   ' : result.padEnd(8)}${subject}: ${harmless(message)}`, ...(declare ? [`           ${JSON.stringify(declare)}`] : []),
      ]))
      process.exitCode = findings.some(({ result }) => result === 'problem') ? 1 : 0
    }))
}
