/** Grants measured in companies, put into a database: people and resources by their verbs, the grants by COPY's like. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAccessRecords, newAccessRecord, resourceKind } from '../src/access/access-records.ts'
import type { Context } from '../src/context.ts'
import { newUser, writeUsers } from '../src/directory/users.ts'
import type { Grant } from '../src/model/grant-matrix.ts'
import { root } from '../tools/house-rules.ts'

const folder = join(root, '../shared/data/role-mining')

/** Whether the files are on this machine. */
export const grantSetsAreThere = existsSync(folder)

/** The pairs of a set: a person's number and a thing's. */
export const grantSet = (name: string): Grant[] =>
  readFileSync(join(folder, `${name}.txt`), 'utf8').trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number) as unknown as Grant)

export const personId = (set: string, person: number) => `${set}-p${person}`
export const thingId = (set: string, thing: number) => `${set}-t${thing}`

/** Makes the people, the resources and the grants of a set. */
export async function loadGrantSet(ctx: Context, set: string, grants: readonly Grant[]): Promise<{ people: number[]; things: number[] }> {
  const people = [...new Set(grants.map(([person]) => person))]
  const things = [...new Set(grants.map(([, thing]) => thing))]
  const users = await Promise.all(people.map((person) => newUser(ctx, { userName: personId(set, person), name: { familyName: `Person ${person}` } })))
  await ctx.db.transaction((tx) => writeUsers(tx, ctx, users.map((document, index) => ({ action: 'user.create', after: { ...document, id: personId(set, people[index]!) } }))))
  await ctx.db.execute(`update users set status = 'ACTIVE' where user_id = any($1)`, [people.map((person) => personId(set, person))])
  await createAccessRecords(ctx, resourceKind, things.map((thing) => ({
    ...newAccessRecord(ctx, resourceKind, { name: `${set} ${thing}`, resourceType: 'WEBSERVICE' }), id: thingId(set, thing),
  })))
  await ctx.db.execute(
    `insert into resource_user (membership_id, user_id, resource_id) select substr(md5(p || t), 1, 32), p, t from unnest($1::text[], $2::text[]) g(p, t)`,
    [grants.map(([person]) => personId(set, person)), grants.map(([, thing]) => thingId(set, thing))])
  return { people, things }
}
