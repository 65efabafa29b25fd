/** Grants measured in companies, put into a database by an import of their files: people, resources and who has what. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../src/context.ts'
import type { Grant } from '../src/model/grant-matrix.ts'
import type { Plan } from '../src/store/plans.ts'
import { loadMapping, type Mapping, type ValueRule } from '../src/transfer/mapping.ts'
import { root } from '../tools/house-rules.ts'
import { imported } from './import-harness.ts'

const folder = join(root, '../shared/data/role-mining')

/** Whether the files are on this machine. */
export const grantSetsAreThere = existsSync(folder)

export const grantSetFile = (name: string): string => join(folder, `${name}.txt`)

/** The pairs of a set: a person's number and a thing's. */
export const grantSet = (name: string): Grant[] =>
  readFileSync(grantSetFile(name), 'utf8').trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number) as unknown as Grant)

export const personId = (set: string, person: number) => `${set}-p${person}`
export const thingId = (set: string, thing: number) => `${set}-t${thing}`

/** The mapping among the examples, with ids that tests know beforehand. */
export async function grantMapping(set: string): Promise<Mapping> {
  const mapping = structuredClone(await loadMapping(join(root, 'examples/mappings/grants.json')))
  const [user, resource, edge] = mapping.records
  const [person, thing]: ValueRule[] = [{ column: 'person', prefix: personId(set, 0).slice(0, -1) }, { column: 'thing', prefix: thingId(set, 0).slice(0, -1) }]
  const [owner, target] = [{ type: 'User', by: 'id', ...person }, { type: 'Resource', by: 'id', ...thing }]
  return { ...mapping, records: [
    { ...user!, correlate: ['id'], set: { ...user!.set, id: person!, userName: person! } }, { ...resource!, correlate: ['id'], set: { ...resource!.set, id: thing! } }, { ...edge!, source: owner, target },
  ] }
}

/** Imports a set. */
export async function loadGrantSet(ctx: Context, set: string): Promise<Plan> {
  return imported(ctx, grantSetFile(set), await grantMapping(set))
}
