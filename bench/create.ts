/**
 * Creating one person by the verb (checks, rows, audit event, one transaction) against the very rows it leaves behind,
 * inserted raw: one transaction a person, one named multi-row INSERT a table. Both write to the same large directory and
 * are cleaned up after each round.
 */
import { hash } from 'node:crypto'
import type { Document, OpenResource } from '../src/model/attribute.ts'
import { user } from '../src/model/user.ts'
import { createUser } from '../src/directory/users.ts'
import type { Context } from '../src/context.ts'
import type { Row, Transaction } from '../src/store/database.ts'
import { generatePerson } from '../src/transfer/generate.ts'
import { ratioFigure, timeFigure, type Bench, type Figure } from './bench.ts'
import { peopleDatabase, worldOf } from './database.ts'
import { inTurns, median, quantile, time } from './measure.ts'

const perRound = 100
const rounds = 9

interface TableRows {
  table: string
  rows: Row[]
}

export const create: Bench = {
  name: 'create',
  doc: 'one person by the verb against the same rows inserted raw, a transaction each',
  async run({ people }) {
    const { ctx, close } = await peopleDatabase(people)
    try {
      const documents = Array.from({ length: perRound }, (_, n) => newPerson(people, n))
      const rows = await collectRows(ctx, documents)
      const taken: number[] = []
      const byVerb = () => perSecond(ctx, documents, async (document) => {
        taken.push(await time(() => createUser(ctx, document)))
      })
      const raw = () => perSecond(ctx, rows, (one) => ctx.db.transaction((tx) => insertRows(tx, one)))
      await inTurns(1, byVerb, raw)
      taken.splice(0)
      const { a, b, ratio } = await inTurns(rounds, byVerb, raw)
      return figures(people, { a, b, ratio }, taken, rows)
    } finally {
      await close()
    }
  },
}

type Turns = Awaited<ReturnType<typeof inTurns>>

function figures(people: number, { a, b, ratio }: Turns, taken: number[], rows: TableRows[][]): Figure[] {
  const note = ` (p50 ${median(taken).toFixed(1)} ms)`
  const count = rows.flat().reduce((sum, one) => sum + one.rows.length, 0) / rows.length
  return [
    timeFigure(`p95 at ${people.toLocaleString('en')} people`, quantile(taken, 0.95), 50, note),
    ratioFigure('throughput', ratio, 0.3, 'raw inserts of the same rows'),
    { what: 'by the verb', measured: `${a.toFixed(0)} people/s` },
    { what: 'raw', measured: `${b.toFixed(0)} people/s, ${count.toFixed(1)} rows each` },
  ]
}

const mark = 'bench-create-'

/** Someone like the people who are there, new by id and login, tied to organisations and a supervisor that exist. */
function newPerson(people: number, n: number): Document {
  const { id: _id, ...document } = generatePerson(worldOf(people), Math.floor((n + 0.5) * (people / perRound))).document
  return { ...document, userName: `${mark}${n}` }
}

async function perSecond<T>(ctx: Context, items: readonly T[], write: (item: T) => Promise<unknown>): Promise<number> {
  const took = await time(async () => {
    for (const item of items) await write(item)
  })
  await cleanUp(ctx)
  return (items.length / took) * 1000
}

/** Takes the people away again, and their events, so that every round finds the same directory. */
async function cleanUp({ db }: Context): Promise<void> {
  const found = await db.query<{ user_id: string }>(
    `select user_id from login where managed_sys_id = '0' and lowercase_login >= $1 and lowercase_login < $2`, [mark, `${mark}~`])
  const ids = found.map((row) => row.user_id)
  await db.execute('delete from users where user_id = any($1)', [ids])
  await db.execute('delete from gatehouse.audit_event where target_id = any($1)', [ids])
}

/** What the verb writes for each of these people, by table, in the order in which it can be inserted. */
async function collectRows(ctx: Context, documents: readonly Document[]): Promise<TableRows[][]> {
  const all: TableRows[][] = []
  for (const document of documents) all.push(await rowsOf(ctx, (await createUser(ctx, document)).id as string))
  await cleanUp(ctx)
  return all
}

/** Columns that are the database's own to fill, as they are for the verb: generated ones, and the place of an event. */
const given = ['lowercase_login', 'xid', 'epoch']

async function rowsOf({ db }: Context, id: string): Promise<TableRows[]> {
  const found: TableRows[] = []
  for (const { table, condition } of placesOf(user)) {
    const rows = await db.query<{ row: Row }>(`select to_jsonb(t) as row from ${table} t where ${condition}`, [id])
    for (const { row } of rows) for (const column of given) delete row[column]
    if (rows.length > 0) found.push({ table, rows: rows.map(({ row }) => row) })
  }
  return found
}

const ofParent = ({ table, parentColumn }: { table: string; parentColumn: string }) => `from ${table} where ${parentColumn} = $1`

function placesOf(resource: OpenResource): { table: string; condition: string }[] {
  const { table, idColumn, custom } = resource
  const places = [{ table, condition: `${idColumn} = $1` }]
  for (const one of resource.collections) {
    places.push({ table: one.table, condition: `${one.parentColumn} = $1` })
    for (const { side } of one.attributes) {
      if (side) places.push({ table: side.table, condition: `${side.parentColumn} in (select ${one.idColumn} ${ofParent(one)})` })
    }
  }
  places.push({ table: custom.table, condition: `${custom.parentColumn} = $1` })
  places.push({ table: custom.valueTable, condition: `${custom.valueParent} in (select ${custom.idColumn} ${ofParent(custom)})` })
  return [...places, { table: 'gatehouse.audit_event', condition: 'target_id = $1' }]
}

async function insertRows(tx: Transaction, tables: readonly TableRows[]): Promise<void> {
  for (const { table, rows } of tables) {
    const columns = Object.keys(rows[0]!).filter((column) => rows.some((row) => row[column] !== null))
    const params: unknown[] = []
    const values = rows.map((row) => `(${columns.map((column) => `$${params.push(plain(row[column]))}`).join(', ')})`)
    const sql = `insert into ${table} (${columns.join(', ')}) values ${values.join(', ')}`
    await tx.execute(sql, params, `raw_${hash('md5', sql)}`)
  }
}

const plain = (value: unknown) => (value !== null && typeof value === 'object' ? JSON.stringify(value) : value)
