/**
 * The words in which the tables are described (`schema-*.ts`): what the schema test, the data dictionary and the SQL
 * comments read. A column is printed in a seed document, belongs to a table that a seed references without defining
 * it, or was added by us.
 */

export type Origin = 'seed' | 'referenced' | 'added'

export interface Column {
  name: string
  /** PostgreSQL's type, in its short form: `varchar(32)`, `timestamptz`. */
  type: string
  origin: Origin
  /** The type as the seed prints it. */
  seedType?: string
  /** Part of the primary key. */
  key: boolean
  /** Never null; columns of the primary key always are. */
  required: boolean
  /** The table that the column's foreign key points to, with its schema: `public.users`. */
  references?: string
  doc: string
}

export interface Table {
  schema: 'public' | 'efs' | 'gatehouse'
  name: string
  origin: Origin
  purpose: string
  columns: readonly Column[]
}

/** Tables that one reads together; a chapter of the dictionary. */
export interface Area {
  title: string
  about: string
  tables: readonly Table[]
}

interface Options {
  key?: true
  required?: true
  /** `users` is short for `public.users`. */
  to?: string
  /** The longer type we chose instead of the printed one. */
  grown?: string
}

/** A column that a seed prints, with the type it prints. */
export function seed(name: string, seedType: string, doc: string, options: Options = {}): Column {
  return { ...column(name, options.grown ?? postgresType(seedType), 'seed', doc, options), seedType }
}

/** A column of a table that a seed references without defining it. */
export function known(name: string, type: string, doc: string, options: Options = {}): Column {
  return column(name, type, 'referenced', doc, options)
}

/** A column we added. */
export function added(name: string, type: string, doc: string, options: Options = {}): Column {
  return column(name, type, 'added', doc, options)
}

function column(name: string, type: string, origin: Origin, doc: string, { key, required, to }: Options): Column {
  const isKey = key ?? false
  const target = to === undefined || to.includes('.') ? to : `public.${to}`
  const reference = target === undefined ? {} : { references: target }
  return { name, type, origin, key: isKey, required: required ?? isKey, ...reference, doc }
}

/** A table of `public`, unless the name has a schema: `efs.portal`. */
export function table(origin: Origin, name: string, purpose: string, columns: readonly Column[]): Table {
  const [first, second] = name.split('.') as [string, string?]
  const schema = second === undefined ? 'public' : (first as Table['schema'])
  return { schema, name: second ?? first, origin, purpose, columns }
}

const plainTypes: Record<string, string> = {
  DATETIME: 'timestamptz',
  TIMESTAMP: 'timestamptz',
  DATE: 'date',
  BLOB: 'bytea',
  TEXT: 'text',
  LONGTEXT: 'text',
  INT: 'integer',
  SMALLINT: 'smallint',
  TINYINT: 'smallint',
}

/** The nearest PostgreSQL type: `DECIMAL(5,1)` → `numeric(5,1)`, `BINARY(20)` → `varchar(20)`. */
export function postgresType(seedType: string): string {
  const [, word = '', size = ''] = /^(\w+)(\(.*\))?$/.exec(seedType) ?? []
  switch (word) {
    case 'CHAR':
      return `char${size}`
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY':
      return `varchar${size}`
    case 'DECIMAL':
      return `numeric${size}`
    default: {
      const type = plainTypes[word]
      if (type === undefined) throw new Error(`no PostgreSQL type is known for ${seedType}`)
      return type
    }
  }
}
