/** Memberships look alike: an edge between two things for a time, and a table with the rights the edge carries. */
import { added, known, seed, table, type Column, type Origin, type Table } from './schema-column.ts'

/** An edge between groups, roles, resources and organisations; `ends` are its two ends, the giving one first. */
export function edge(name: string, purpose: string, ends: readonly Column[]): Table {
  return table('referenced', name, purpose, [
    known('membership_id', 'varchar(32)', 'Names the edge.', { key: true }),
    ...ends,
    known('start_date', 'timestamptz', 'When it begins; null means it always has.'),
    known('end_date', 'timestamptz', 'When it ends, that instant excluded; null means never.'),
    known('create_date', 'timestamptz', 'When it was made.'),
    known('description', 'varchar(255)', 'A note, or the request that granted it.'),
    known('edge_id', 'varchar(40)', 'Id of the edge in drawings of the access graph.'),
    ...grantColumns,
  ])
}

const grantedBy = added('granted_by', 'varchar(255)', 'What whoever made it showed: a login, the name of a key, a job.')

const grantColumns = [added('created_by', 'varchar(32)', 'Who made it, when that was a person.'), grantedBy]

/** What we add to the hierarchy of organisations. */
export const hierarchyColumns: readonly Column[] = [grantedBy]

/** What we add to memberships of people; `dated` when the published table says when a row was made. */
export function membershipColumns(dated: boolean): Column[] {
  return [
    ...(dated ? [] : [added('create_date', 'timestamptz', 'When it was made.')]),
    ...grantColumns,
    added('recorded_from', 'timestamptz', 'Since when the row stands as it is; what stood before is kept in gatehouse.membership_history.', { required: true }),
  ]
}

/** The rights that a membership carries; `of` is the table of the membership. */
export function rightsTable(origin: Origin, name: string, of: string, purpose: string): Table {
  const column = origin === 'seed'
    ? (column: string, size: number, doc: string, options = {}) => seed(column, `VARCHAR(${size})`, doc, options)
    : (column: string, size: number, doc: string, options = {}) => known(column, `varchar(${size})`, doc, options)
  return table(origin, name, purpose, [
    column('membership_id', 32, 'The membership.', { key: true, to: of }),
    column('access_right_id', 32, 'The right.', { key: true, to: 'access_rights' }),
    column('edge_id', 40, 'Id of the edge in drawings of the access graph.'),
  ])
}
