/** Operations for the docs page: what each takes and answers, and a form to try it. */
import { html, prose, type Html } from './docs-html.ts'
import { exampleOf, nameOf, typeOf } from './docs-schemas.ts'
import type { OpenApiDocument, Operation, Parameter, Reference, Response } from './openapi.ts'

/** The thing a `$ref` of this document points to, or the thing itself. */
export function resolve<T extends object>(document: OpenApiDocument, given: T | Reference): T {
  if (!('$ref' in given)) return given
  return given.$ref.split('/').slice(1).reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document) as T
}

/** Every operation of a tag, under its heading. */
export function tagSection(document: OpenApiDocument, tag: { name: string; description: string }): Html {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).filter(([, operation]) => operation.tags.includes(tag.name)).map(([method, operation]) => ({ path, method, operation })))
  return html`<section class="tag" aria-labelledby="${tagId(tag.name)}"><h2 id="${tagId(tag.name)}">${tag.name}</h2>
<p>${tag.description}</p>
${operations.map((one) => operationSection(document, one))}</section>
`
}

export function tagId(name: string): string {
  return `tag-${name.toLowerCase().replaceAll(' ', '-')}`
}

interface Listed {
  path: string
  method: string
  operation: Operation
}

function operationSection(document: OpenApiDocument, { path, method, operation }: Listed): Html {
  const parameters = operation.parameters.map((one) => resolve(document, one))
  return html`<details class="operation" id="op-${operation.operationId}">
<summary><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code> <span class="sum">${operation.summary}</span></summary>
<p>${needs(operation)}</p>
${parameters.length > 0 ? parameterTable(parameters) : ''}
${bodyLine(operation)}
${responseTable(document, operation)}
${tryForm(document, { path, method, operation }, parameters)}
</details>
`
}

function needs({ 'x-required-scope': scope, 'x-required-rights': rights = [], security }: Operation): Html {
  if (scope === undefined) return security?.length === 0 ? html`Needs no key.` : html`Needs a session; a key will not do.`
  return html`Needs a session, or a key with the scope <strong>${scope}</strong>${rights.length === 0 ? '' : html`, of somebody with the rights ${rights.join(', ')}`}.`
}

function parameterTable(parameters: Parameter[]): Html {
  const rows = parameters.map(({ name, in: place, required, description, schema }) => html`<tr><th scope="row"><code>${name}</code></th><td>${place}</td><td>${typeOf(schema)}</td>
<td>${prose(description)}${required ? html` <span class="fact">required</span>` : ''}${limits(schema)}</td></tr>`)
  return html`<h4>Parameters</h4><div class="wide"><table><thead><tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${rows}</tbody></table></div>`
}

function limits({ enum: values, minimum, maximum }: Parameter['schema']): Html {
  const range = maximum === undefined ? undefined : html` <span class="fact">${minimum ?? 0} to ${maximum}</span>`
  return html`${range}${values ? html` <span class="fact">one of ${values.map((value, index) => html`${index === 0 ? '' : ', '}<code>${String(value)}</code>`)}</span>` : ''}`
}

function bodyLine({ requestBody }: Operation): Html {
  if (!requestBody) return html``
  const [types, schema] = [Object.keys(requestBody.content), Object.values(requestBody.content)[0]!.schema]
  return html`<h4>Body</h4><p>${typeOf(schema)}, as ${types.map((type, index) => html`${index === 0 ? '' : ' or '}<code>${type}</code>`)}${requestBody.required ? '' : '; may be absent'}.</p>`
}

function responseTable(document: OpenApiDocument, operation: Operation): Html {
  const rows = Object.entries(operation.responses).map(([status, given]) => {
    const response: Response = resolve(document, given)
    const schema = Object.values(response.content ?? {})[0]?.schema
    const shape = schema && (nameOf(schema) === 'Problem' ? undefined : typeOf(schema.properties?.items ?? schema))
    return html`<tr><th scope="row">${status}</th><td>${'$ref' in given ? codesOf(response.description) : prose(response.description)}</td><td>${shape}</td></tr>`
  })
  return html`<h4>Answers</h4><div class="wide"><table><thead><tr><th scope="col">Status</th><th scope="col">Meaning</th><th scope="col">Body</th></tr></thead><tbody>${rows}</tbody></table></div>`
}

/** The codes a description names, as links to where they are explained. */
function codesOf(description: string): Html {
  const codes = [...description.matchAll(/`(\w+)`/g)].map(([, code]) => code!)
  return html`${codes.map((code, index) => html`${index === 0 ? '' : ', '}<a href="#error-${code}">${code}</a>`)}`
}

function tryForm(document: OpenApiDocument, { path, method, operation }: Listed, parameters: Parameter[]): Html {
  const id = operation.operationId
  const fields = parameters.map(({ name, in: place, required, schema }) => {
    const control = html`<input id="${id}-${name}" name="${name}" data-in="${place}" autocomplete="off"${required ? html` required` : ''}>`
    const options = (schema.enum ?? []).map((value) => html`<option>${String(value)}</option>`)
    return html`<div><label for="${id}-${name}">${name}</label>${schema.enum ? html`<select id="${id}-${name}" name="${name}" data-in="${place}"><option value=""></option>${options}</select>` : control}</div>`
  })
  const schema = Object.values(operation.requestBody?.content ?? {})[0]?.schema
  const body = schema && html`<div class="body"><label for="${id}-body">Body (JSON)</label><textarea id="${id}-body" name="body" rows="6" spellcheck="false">${
    operation.requestBody!.required ? JSON.stringify(exampleOf(schema, document.components.schemas), null, 2) : ''}</textarea></div>`
  return html`<form class="try" data-method="${method.toUpperCase()}" data-path="${path}" hidden><h4>Try it</h4><div class="fields">${fields}</div>${body}
<button type="submit">Send</button><div role="status" class="answer"></div></form>`
}
