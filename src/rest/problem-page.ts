/** What stands against somebody who came with a browser, as a page with the look of the others: no script, one style, known by its hash. */
import { createHash } from 'node:crypto'
import { html } from './docs-html.ts'
import type { Words } from './problem-words.ts'

const style = `:root { color-scheme: light dark; }
body { background: light-dark(#f3f5f6, #11161a); color: light-dark(#16202a, #e8edf0); font: 1rem/1.5 system-ui, sans-serif; margin: 0; }
main { background: light-dark(#fff, #1a2126); border: 1px solid light-dark(#d9dfe3, #323c43); border-radius: 0.75rem; margin: 15vh auto; max-width: 25rem; overflow-wrap: anywhere; padding: 1.5rem 1.25rem; width: calc(100% - 5rem); }
h1 { font-size: 1.625rem; line-height: 1.25; margin: 0; }
a { color: light-dark(#0b5f6f, #7fd0de); font-weight: 600; }
a:focus-visible { outline: 3px solid; outline-offset: 2px; }
.request { color: light-dark(#55606b, #a9b4bc); font-size: 0.875rem; }`

const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** What every such answer carries. */
export const problemPageHeaders = { 'content-security-policy': policy, vary: 'accept, accept-language' }

export interface ProblemPage {
  /** Those of the reader's language. */
  words: Words
  title: string
  detail: string
  /** The language of the detail: details of errors are English. */
  detailIn: string
  /** Where to go from here: a path of this server, and what it is called. */
  link: { path: string; text: string }
  requestId: string
}

export function problemPage({ words, title, detail, detailIn, link, requestId }: ProblemPage): string {
  return html`<!doctype html>
<html lang="${words.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${{ markup: style }}</style></head>
<body><main><h1>${title}</h1><p role="alert" lang="${detailIn}">${detail}</p><p><a href="${link.path}">${link.text}</a></p><p class="request">${words.request} ${requestId}</p></main></body></html>
`.markup
}
