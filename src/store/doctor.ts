/**
 * What an operator should know about the database: whether the live schema is what this release expects (`schema.sql`),
 * and whether the server underneath can be relied on. Each finding says what differs, where, and what to do.
 */
import { expectedSchema, readSchema, tableParts, type SchemaItem } from './catalogue.ts'
import type { Database } from './database.ts'
import { appliedMigrations, readMigrations } from './migrate.ts'

export interface Finding {
  /** `error`: Gatehouse may fail or give wrong answers; `warning`: slower or less safe; `note`: good to know. */
  severity: 'error' | 'warning' | 'note'
  /** What it is about: `index public.users.users_status`. */
  where: string
  what: string
  advice: string
}

/** Examines a database; no findings means that all is well. The gravest come first. */
export async function examine(db: Database, expected = expectedSchema()): Promise<Finding[]> {
  const { another, altered } = await examineMigrations(db)
  // The schema of another release differs all over, and is right.
  const schema = another.length > 0 ? [] : compareSchemas(expected, await readSchema(db))
  const findings = [...another, ...altered, ...schema, ...(await examineState(db)), ...(await examineServer(db))]
  const order = ['error', 'warning', 'note']
  return findings.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
}

async function examineMigrations(db: Database): Promise<{ another: Finding[]; altered: Finding[] }> {
  const applied = await appliedMigrations(db)
  const known = readMigrations()
  const missing = known.filter(({ name }) => !applied.has(name)).map(({ name }) => name)
  const changed = known.filter(({ name, checksum }) => (applied.get(name) ?? checksum) !== checksum)
  const foreign = [...applied.keys()].filter((name) => !known.some((migration) => migration.name === name))
  const finding = (names: string[], what: string, advice: string): Finding[] =>
    names.length === 0 ? [] : [{ severity: 'error', where: `migration ${names.sort().join(', ')}`, what, advice }]
  return {
    another: [
      ...finding(missing, 'has not been applied.', 'Start the server ("gatehouse serve"): it applies what is missing.'),
      ...finding(foreign, 'comes from a newer release.', 'Use that release, or a later one, with this database.'),
    ],
    altered: finding(changed.map(({ name }) => name), 'has been changed since it was applied.', 'Bring back the files as they were released.'),
  }
}

/** Differences of two schemas, item by item; comments do not matter. */
export function compareSchemas(expected: SchemaItem[], live: SchemaItem[]): Finding[] {
  const key = ({ kind, name }: SchemaItem) => `${kind} ${name}`
  const there = new Map(live.map((item) => [key(item), item]))
  const known = new Set(expected.map(key))
  const findings = expected.filter(({ kind }) => kind !== 'comment').flatMap((item) => {
    const found = there.get(key(item))
    if (!found) return [missing(item)]
    return item.kind === 'table' ? compareTables(item, found) : compareTexts(item, found)
  })
  const extra = live.filter((item) => item.kind !== 'comment' && !known.has(key(item)))
  return [...findings, ...extra.map(unexpected)]
}

function missing({ kind, name, sql }: SchemaItem): Finding {
  const where = `${kind} ${name}`
  if (kind === 'index') {
    const what = 'is missing: lists and searches that use it are slow.'
    return { severity: 'warning', where, what, advice: `Run: ${sql}` }
  }
  if (kind === 'table') {
    const advice = 'Restore a backup ("gatehouse restore FILE").'
    return { severity: 'error', where, what: 'is missing, with its rows.', advice }
  }
  return { severity: 'error', where, what: 'is missing.', advice: `Run: ${sql}` }
}

function unexpected({ kind, name }: SchemaItem): Finding {
  return {
    severity: 'note', where: `${kind} ${name}`, what: 'is none of ours.',
    advice: 'If you made it, leave it; it is kept out of updates. Otherwise remove it.',
  }
}

function compareTexts(expected: SchemaItem, live: SchemaItem): Finding[] {
  if (normal(expected.sql) === normal(live.sql)) return []
  return [{
    severity: expected.kind === 'index' ? 'warning' : 'error',
    where: `${expected.kind} ${expected.name}`,
    what: `differs: ${normal(live.sql)}`,
    advice: expected.kind === 'function' ? `Run: ${expected.sql}` : `Drop it and run: ${expected.sql}`,
  }]
}

function compareTables(expected: SchemaItem, live: SchemaItem): Finding[] {
  const [wanted, found] = [tableParts(expected), tableParts(live)]
  const table = expected.name
  const findings: Finding[] = []
  for (const [part, definition] of wanted) {
    const actual = found.get(part)
    if (actual === definition) continue
    const advice = part.startsWith('constraint')
      ? `${actual === undefined ? '' : 'Drop it and run: '}alter table ${table} add ${part} ${definition};`
      : `Make it: ${part.slice('column '.length)} ${definition}. If its values are lost, restore a backup.`
    const what = actual === undefined ? 'is missing.' : `is "${actual}" instead of "${definition}".`
    findings.push({ severity: 'error', where: `table ${table}, ${part}`, what, advice })
  }
  for (const part of found.keys()) {
    if (wanted.has(part)) continue
    const advice = 'If you made it, leave it as long as it has a default or may be null. Otherwise remove it.'
    findings.push({ severity: 'note', where: `table ${table}, ${part}`, what: 'is none of ours.', advice })
  }
  return findings
}

function normal(sql: string): string {
  return sql.replace(/\s+/g, ' ').trim()
}

/** What the definitions do not show: indexes that were left unfinished, triggers switched off, rules not checked. */
async function examineState(db: Database): Promise<Finding[]> {
  return db.query<Finding & Record<string, unknown>>(
    `select 'warning' as severity, 'index ' || x.indexrelid::regclass as where,
            'is invalid: it costs writes and serves no query.' as what,
            format('Run: reindex index %s;', x.indexrelid::regclass) as advice
       from pg_index x join pg_class c on c.oid = x.indrelid
      where not x.indisvalid and c.relnamespace::regnamespace::text = any($1) and c.relkind = 'r'
     union all
     select 'error', format('trigger %s on %s', t.tgname, t.tgrelid::regclass), 'is switched off.',
            format('Run: alter table %s enable trigger %I;', t.tgrelid::regclass, t.tgname)
       from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where t.tgenabled = 'D' and c.relnamespace::regnamespace::text = any($1)
     union all
     select 'warning', format('constraint %s of %s', k.conname, k.conrelid::regclass),
            'has not been checked on older rows.',
            format('Run: alter table %s validate constraint %I;', k.conrelid::regclass, k.conname)
       from pg_constraint k where not k.convalidated and k.connamespace::regnamespace::text = any($1)`,
    [['public', 'efs', 'gatehouse']],
  )
}

async function examineServer(db: Database): Promise<Finding[]> {
  return db.query<Finding & Record<string, unknown>>(
    `select * from (values
       (lower('ÄÉЖ') <> 'äéж', 'warning', 'database ' || current_database(),
        'does not fold letters beyond a to z: sorting and uniqueness mind the case of the others.',
        'Move to a database whose locale knows them: gatehouse backup; createdb --locale C.UTF-8 --template template0; '
        'gatehouse restore.'),
       (current_setting('fsync') = 'off', 'warning', 'setting fsync',
        'is off: a crash of the machine may destroy the database.', 'Set fsync = on and restart PostgreSQL.'),
       (current_setting('full_page_writes') = 'off', 'warning', 'setting full_page_writes',
        'is off: a crash of the machine may destroy the database.', 'Set full_page_writes = on.')
     ) as check_ (found, severity, "where", what, advice) where found`,
  ).then((rows) => rows.map(({ severity, where, what, advice }) => ({ severity, where, what, advice })))
}
