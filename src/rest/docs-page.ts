/**
 * The browsable documentation at /api/v1/docs: the OpenAPI document as one page of HTML that reads without JavaScript;
 * a small script adds searching and trying. Everything comes from this server, under a policy that allows nothing else,
 * and an API key typed into the page stays in its memory.
 */
import type { FastifyInstance } from 'fastify'
import { readFileSync } from 'node:fs'
import { publicUrl } from '../config.ts'
import { errorTable } from '../errors.ts'
import { html, paragraphs, type Html } from './docs-html.ts'
import { tagId, tagSection } from './docs-operations.ts'
import { schemaSection } from './docs-schemas.ts'
import { openApi, type OpenApiDocument } from './openapi.ts'
import type { Route } from './route.ts'
import { apiPrefix, type BaseContext } from './server.ts'

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const beside = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')

/** The version of this server. */
function ownVersion(): string {
  return (JSON.parse(beside('../../package.json')) as { version: string }).version
}

/** Adds the document and the page, which need no key: they tell nothing about who is kept here. */
export function addDocs(server: FastifyInstance, routes: readonly Route[], base: Pick<BaseContext, 'config'>): void {
  const document = once(() => openApi(routes, { version: ownVersion(), publicUrl: publicUrl(base.config) }))
  const files: [string, string, () => string][] = [
    ['/openapi.json', 'application/json; charset=utf-8', once(() => JSON.stringify(document()))],
    ['/docs', 'text/html; charset=utf-8', once(() => docsPage(document()))],
    ['/docs/page.css', 'text/css; charset=utf-8', once(() => beside('docs-page.css'))],
    ['/docs/page.js', 'text/javascript; charset=utf-8', once(() => beside('docs-script.js'))],
  ]
  for (const [path, type, content] of files) {
    server.get(apiPrefix + path, async (_request, reply) => reply
      .header('content-type', type).header('cache-control', 'no-cache')
      .header('content-security-policy', policy).send(content()))
  }
}

/** Made when first asked for, and kept: most processes never show their documentation. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** The page for a document. */
export function docsPage(document: OpenApiDocument): string {
  const { info, tags, components } = document
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${info.title} API ${info.version}</title>
<link rel="stylesheet" href="${apiPrefix}/docs/page.css">
<script src="${apiPrefix}/docs/page.js" defer></script>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header><h1>${info.title} API <small>${info.version}</small></h1>
<p><a href="${apiPrefix}/openapi.json">openapi.json</a> (OpenAPI ${document.openapi})</p></header>
<nav aria-label="Contents"><ul>
${tags.map(({ name }) => html`<li><a href="#${tagId(name)}">${name}</a></li>`)}
<li><a href="#schemas">Schemas</a></li><li><a href="#errors">Error codes</a></li>
</ul></nav>
<main id="content" data-prefix="${apiPrefix}">
${paragraphs(info.description)}
<form class="tools" hidden>
<div><label for="search">Find an operation or schema</label><input id="search" type="search" autocomplete="off"></div>
<div><label for="key">API key for trying (kept in this page only)</label><input id="key" type="password" autocomplete="off" spellcheck="false"></div>
</form>
<p role="status" id="found"></p>
${tags.map((tag) => tagSection(document, tag))}
<section aria-labelledby="schemas"><h2 id="schemas">Schemas</h2>
${Object.entries(components.schemas).map(([name, schema]) => schemaSection(name, schema))}</section>
${errorSection()}
</main>
</body>
</html>
`
  return page.markup
}

function errorSection(): Html {
  const rows = Object.entries(errorTable).map(([code, { status, title }]) =>
    html`<tr id="error-${code}"><th scope="row"><code>${code}</code></th><td>${status}</td><td>${title}</td></tr>
`)
  return html`<section aria-labelledby="errors"><h2 id="errors">Error codes</h2>
<p>Every refusal carries one of these in <code>code</code>, and what exactly is wrong in <code>detail</code> and <code>problems</code>.</p>
<div class="wide"><table><thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">Meaning</th></tr></thead><tbody>
${rows}</tbody></table></div></section>`
}
