/**
 * Comments on every table and column in SQL, made from the catalogue: what an administrator sees in psql. Run as a
 * program it prints the statements, for a new migration; the schema test says when the database lacks one.
 */
import { qualifiedName, tables } from '../src/model/schema.ts'
import type { Table } from '../src/model/schema-column.ts'

/** `comment on` statements for these tables; all by default. */
export function schemaComments(of: readonly Table[] = tables): string {
  return of.map(tableComments).join('\n')
}

function tableComments(table: Table): string {
  const name = qualifiedName(table)
  const lines = table.columns.map((column) => `comment on column ${name}.${column.name} is ${literal(column.doc)};`)
  return [`comment on table ${name} is ${literal(table.purpose)};`, ...lines, ''].join('\n')
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

if (import.meta.main) {
  process.stdout.write(`-- Made by tools/schema-comments.ts from src/model/schema*.ts.\n\n${schemaComments()}`)
}
