/** Schemas of edges of access. */
import { nodeTypes } from '../model/access-edges.ts'
import { edgeEntry } from '../model/edge-terms.ts'
import { entrySchema, type Schema } from './openapi-attributes.ts'
import { object, readOnly, text } from './openapi-words.ts'

const node = (doc: string) => readOnly(object('Node', doc, {
  type: { ...text('What kind of record it is.'), enum: Object.values(nodeTypes) },
  id: text('Its id.', 32),
  name: text('What it is called.'),
}, ['type', 'id']))

const { properties, ...edge } = entrySchema(edgeEntry)

export const accessComponents: Record<string, Schema> = {
  Edge: {
    ...edge,
    properties: {
      ...properties,
      source: node('Who or what has it.'),
      target: node('What they have.'),
    },
  },
}
