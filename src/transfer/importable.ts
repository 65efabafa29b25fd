/** What a file may bring: the kinds of record, and the ties between them that have rows of their own. */
import { edgeKinds, nodeTypes, type EdgeKind, type NodeType } from '../model/access-edges.ts'
import type { Resource } from '../model/attribute.ts'
import { resources as records } from '../model/records.ts'

export type Kind = 'User' | 'Organization' | 'Group' | 'Role' | 'Resource' | 'Right'

export const resources: Readonly<Record<Kind, Resource>> = records
export const kinds = Object.keys(resources) as readonly Kind[]
export const isKind = (name: unknown): name is Kind => typeof name === 'string' && Object.hasOwn(resources, name)

/** What a row can become: a record; an affiliation; or an edge of access, which ties two records together. */
export type ResourceName = Kind | 'Affiliation' | 'Edge'
export const resourceNames: readonly ResourceName[] = [...kinds, 'Affiliation', 'Edge']

/** One value for each kind of record. */
export function eachKind<T>(make: (kind: Kind) => T): Record<Kind, T> {
  return Object.fromEntries(kinds.map((kind) => [kind, make(kind)])) as Record<Kind, T>
}

/** What nobody else of the kind may be called: the database holds names to one record each. */
export const ownName: Readonly<Partial<Record<Kind, string>>> = { User: 'userName', Role: 'name', Resource: 'name', Right: 'name' }

/** What people call one of a kind when they don't know its id. */
export const callName: Readonly<Record<Kind, string>> = { User: 'userName', Organization: 'name', Group: 'displayName', Role: 'name', Resource: 'name', Right: 'name' }

/** Edges that rows of their own bring: affiliations and the places of organisations come with their records. */
export const rowEdges: readonly EdgeKind[] = edgeKinds.filter(({ kind }) => kind !== 'uo' && kind !== 'oo')

export const endTypes: readonly NodeType[] = Object.values(nodeTypes)

/** The kind of edge between two types; a text that says why there is none. */
export function edgeBetween(source: unknown, target: unknown): EdgeKind | string {
  const found = rowEdges.find((one) => nodeTypes[one.source] === source && nodeTypes[one.target] === target)
  if (found) return found
  if (target === 'Organization' && source === 'User') return 'A person belongs to an organisation by an Affiliation, or by affiliations of the person.'
  if (target === 'Organization' && source === 'Organization') return 'The organisations above one are its parents.'
  const known = rowEdges.map((one) => `${nodeTypes[one.source]} to ${nodeTypes[one.target]}`).join(', ')
  return `There are no edges from ${String(source)} to ${String(target)}. There are: ${known}.`
}
