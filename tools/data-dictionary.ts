/**
 * `docs/data-model.md`, made from the catalogue in `src/model/schema.ts`: every table and column in our own words, and
 * a drawing of each area.
 */
import { areas, qualifiedName, tables } from '../src/model/schema.ts'
import type { Area, Column, Origin, Table } from '../src/model/schema-column.ts'

/** The text of the document. */
export function dataDictionary(): string {
  return [
    '# The data model',
    '',
    '<!-- Made by tools/data-dictionary.ts from src/model/schema*.ts. Do not edit. -->',
    '',
    introduction(),
    '',
    ...areas.map((area) => `- [${area.title}](#${anchor(area.title)}): ${area.about}`),
    '',
    ...areas.flatMap(chapter),
  ].join('\n')
}

function introduction(): string {
  const count = (origin: Origin) => tables.filter((table) => table.origin === origin).length
  return `${tables.length} tables: ${count('seed')} are those of the published data models (OpenIAM's user data model \
in the schema \`public\`, EFS's tables for Okta in \`efs\`), ${count('referenced')} are named there without being \
described, and ${count('added')} are ours.

Flags are \`Y\` or \`N\`. Instants are kept in UTC. Periods are half-open: the start belongs to them, the end does \
not, and null is open. Identifiers are 32 hexadecimal characters that ascend with time, or readable words for the rows every \
installation starts with. A column marked + was added by us; where a type differs from the published one, that is \
given too.`
}

function chapter(area: Area): string[] {
  return [`## ${area.title}`, '', area.about, '', ...drawing(area), '', ...area.tables.flatMap(section)]
}

function section(table: Table): string[] {
  const notes: Record<Origin, string> = {
    seed: '',
    referenced: ' *(named in the published model, described by us)*',
    added: ' *(ours)*',
  }
  return [
    `### ${qualifiedName(table)}`,
    '',
    `${table.purpose}${notes[table.origin]}`,
    '',
    '| column | type | | meaning |',
    '|---|---|---|---|',
    ...table.columns.map((column) => columnRow(table, column)),
    '',
  ]
}

function columnRow(table: Table, column: Column): string {
  const mark = column.origin === 'added' && table.origin !== 'added' ? ' +' : ''
  const target = column.references
  const facts = [
    column.key ? 'key' : column.required ? 'required' : '',
    target === undefined ? '' : `→ [${target}](#${anchor(target)})`,
  ]
  const cells = [`\`${column.name}\`${mark}`, typeCell(column), facts.filter(Boolean).join(', '), column.doc]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function typeCell({ type, seedType }: Column): string {
  return seedType === undefined || seedType.toLowerCase() === type ? type : `${type} (${seedType})`
}

/** The tables of an area with their keys, what ties them together, and the tables outside that they point to. */
function drawing(area: Area): string[] {
  const lines = ['```mermaid', 'erDiagram']
  for (const table of area.tables) lines.push(...entity(table))
  for (const table of area.tables) lines.push(...ties(table))
  return [...lines, '```']
}

function entity(table: Table): string[] {
  const shown = table.columns.filter((column) => column.key || column.references !== undefined)
  const rows = shown.map((column) => {
    const marks = [column.key ? 'PK' : '', column.references === undefined ? '' : 'FK'].filter(Boolean).join(', ')
    return `    ${column.type.replace(/\(.*\)/, '')} ${column.name} ${marks}`
  })
  return [`  ${entityName(qualifiedName(table))} {`, ...rows, '  }']
}

function ties(table: Table): string[] {
  const own = entityName(qualifiedName(table))
  return table.columns.flatMap(({ name, references, required }) =>
    references === undefined ? [] : [`  ${entityName(references)} ${required ? '||' : '|o'}--o{ ${own} : ${name}`])
}

/** `public.users` → `users`, `efs.users` → `efs_users`: Mermaid takes no dots. */
function entityName(name: string): string {
  return name.replace(/^public\./, '').replace('.', '_')
}

/** As GitHub makes anchors from headings. */
function anchor(heading: string): string {
  return heading.toLowerCase().replaceAll(' ', '-').replaceAll('.', '')
}
