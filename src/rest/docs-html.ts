/** HTML in which every value is escaped unless it is HTML already. */

export interface Html {
  readonly markup: string
}

type Part = string | number | Html | undefined | readonly Part[]

/** A template of HTML: values are escaped, nested templates and lists of them are not escaped again. */
export function html(texts: TemplateStringsArray, ...values: Part[]): Html {
  return { markup: texts.reduce((markup, text, index) => markup + render(values[index - 1]) + text) }
}

function render(value: Part): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.map(render).join('')
  return typeof value === 'object' ? (value as Html).markup : escape(String(value))
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!)
}

/** A line of documentation: what stands between backticks becomes code. */
export function prose(text: string): Html {
  const parts = text.split('`')
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))}`
}

/** Paragraphs, separated by an empty line. */
export function paragraphs(text: string): Html {
  return html`${text.split('\n\n').map((one) => html`<p>${prose(one)}</p>`)}`
}
