/** Schemas as tables for the docs page. */
import { html, prose, type Html } from './docs-html.ts'
import type { Schema } from './openapi-attributes.ts'

/** The name of the component that a schema points to. */
export function nameOf({ $ref }: Schema): string | undefined {
  return $ref?.split('/').at(-1)
}

/** What kind of value a schema allows, in a few words, with links to components. */
export function typeOf(schema: Schema): Html {
  const name = nameOf(schema)
  if (name !== undefined) return html`<a href="#schema-${name}">${name}</a>`
  if (schema.oneOf) return html`${schema.oneOf.map((one, index) => html`${index === 0 ? '' : ' or '}${typeOf(one)}`)}`
  if (schema.items) return html`list of ${typeOf(schema.items)}`
  const types = [schema.type ?? 'any value'].flat().filter((type) => type !== 'null')
  return html`${types.join(' or ')}${schema.format === undefined ? '' : ` (${schema.format})`}`
}

function factsOf(schema: Schema, required: boolean): Html[] {
  const inner = schema.items && !schema.items.$ref ? schema.items : schema
  const values = inner.const === undefined ? inner.enum?.filter((value) => value !== null) : [inner.const]
  return [
    ...(required ? [html`required`] : []),
    ...(schema.readOnly ? [html`read-only`] : []),
    ...(schema.writeOnly ? [html`write-only`] : []),
    ...(schema['x-immutable'] ? [html`set at creation only`] : []),
    ...(schema['x-on-request'] ? [html`shown on request`] : []),
    ...(schema['x-sortable'] ? [html`sortable`] : []),
    ...(inner.maxLength === undefined ? [] : [html`at most ${inner.maxLength} characters`]),
    ...(schema.maxItems === undefined ? [] : [html`at most ${schema.maxItems}`]),
    ...(schema['x-references'] === undefined ? [] : [html`id of a ${schema['x-references']}`]),
    ...(schema.default === undefined ? [] : [html`default <code>${JSON.stringify(schema.default)}</code>`]),
    ...(values ? [html`one of ${values.map((value, index) => html`${index === 0 ? '' : ', '}<code>${String(value)}</code>`)}`] : []),
  ]
}

function rowsOf(schema: Schema, prefix: string): Html[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const facts = factsOf(property, schema.required?.includes(name) ?? false)
    const row = html`<tr><th scope="row"><code>${prefix}${name}</code></th><td>${typeOf(property)}</td>
      <td>${prose(property.description ?? '')}${facts.map((fact) => html` <span class="fact">${fact}</span>`)}</td></tr>`
    const list = property.items?.properties ? rowsOf(property.items, `${prefix}${name}[].`) : []
    return [row, ...(property.properties ? rowsOf(property, `${prefix}${name}.`) : list)]
  })
}

/** A component with all its properties. */
export function schemaSection(name: string, schema: Schema): Html {
  const rows = rowsOf(schema, '')
  const table = html`<div class="wide"><table><thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${rows}</tbody></table></div>`
  return html`<details class="schema" id="schema-${name}"><summary><h3>${name}</h3></summary>
<p>${prose(schema.description ?? '')}</p>
${rows.length > 0 ? table : html`<p>${typeOf(schema)}</p>`}</details>
`
}

/** A value to begin with: what is required, else the first things that can be written. */
export function exampleOf(schema: Schema, components: Readonly<Record<string, Schema>>): unknown {
  const name = nameOf(schema)
  if (name !== undefined) return components[name] ? exampleOf(components[name], components) : {}
  if (schema.oneOf) return exampleOf(schema.oneOf[0]!, components)
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  if (schema.type === 'array') return [exampleOf(schema.items ?? {}, components)]
  if (schema.properties) return exampleObject(schema, components)
  return { boolean: true, integer: 1, number: 1, object: {} }[[schema.type ?? 'string'].flat()[0]!] ?? exampleText(schema)
}

function exampleObject(schema: Schema, components: Readonly<Record<string, Schema>>): unknown {
  const open = Object.entries(schema.properties!).filter(([, property]) => !property.readOnly)
  const needed = open.filter(([name]) => schema.required?.includes(name))
  const shown = needed.length > 0 ? needed : open.slice(0, 2)
  return Object.fromEntries(shown.map(([name, property]) => [name, exampleOf(property, components)]))
}

function exampleText({ format }: Schema): string {
  if (format === 'date') return '2026-11-21'
  return format === 'date-time' ? '2026-11-21T08:30:00Z' : 'text'
}
