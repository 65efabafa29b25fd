/** `npm run docs`: writes every document that is made from the code. `test/docs.test.ts` holds them equal. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { settings } from '../src/config.ts'
import { errorTable } from '../src/errors.ts'
import { allRoutes } from '../src/main.ts'
import { newMasterKey, parseMasterKey } from '../src/store/master-key.ts'
import { attributesPage } from './attribute-docs.ts'
import { commandPage } from './command-docs.ts'
import { dataDictionary } from './data-dictionary.ts'
import { root } from './house-rules.ts'
import { code, page, table } from './markdown.ts'
import { accessCells, rightsPage, routeCell } from './rights-docs.ts'

function errorsPage(): string {
  const rows = Object.entries(errorTable).map(([name, row]) =>
    [code(name), String(row.status), 'scimType' in row ? code(row.scimType) : '', row.title])
  return page('Errors', 'src/errors.ts',
    'Every refusal carries one of these codes. REST answers with problem details (RFC 9457): `code`, `status` and `title` are '
    + 'those below, `detail` says what is wrong, where, and what to do, and `problems` lists everything that is wrong with the '
    + 'input: first with the form of its values, and once they have it, with what they name and refer to. Programs go by `code`; it does not change. A 500 says nothing but `requestId`, which stands in the log.',
    table(['code', 'status', 'SCIM type', 'meaning'], rows))
}

interface SettingRow {
  kind: string
  default?: string
  min?: number
  max?: number
  doc: string
}

function configurationPage(): string {
  const rows = Object.entries<SettingRow>(settings).map(([name, setting]) => {
    const range = setting.min === undefined ? '' : `, ${setting.min} to ${setting.max}`
    return [code(name), setting.kind + range, setting.default === undefined ? '' : code(setting.default), setting.doc]
  })
  return page('Configuration', 'src/config.ts',
    'Settings come from the environment and are read once, at start; what cannot be used is named, and nothing starts. '
    + 'Values of the kind secret appear in no log and no message.',
    table(['setting', 'kind', 'default', 'meaning'], rows))
}

// The key signs the audit; the list of routes does not depend on it.
const routes = allRoutes(parseMasterKey(newMasterKey(), 'documentation'))

function apiPage(): string {
  const chapters = [...Map.groupBy(routes, ({ tag }) => tag)].map(([tag, rows]) => [
    `## ${tag}`,
    table(['operation', 'scope', 'needs', 'query', 'meaning'], rows.map((route) => [
      routeCell(route), ...accessCells(route), (route.query ?? []).map(({ name }) => code(name)).join(' '), route.summary,
    ])),
  ].join('\n\n'))
  return page('The REST API', 'the route lists in src/rest',
    'Everything below stands under `/api/v1`. Where a scope is named, it needs a key, `Authorization: Bearer gh_…`, or a session (which '
    + 'has every scope): admin implies write, write implies read; the person of either needs the rights as well '
    + '([rights.md](rights.md)). What is about oneself needs a session, and signing in and recovery need no key. A running server describes itself in full at `/api/v1/docs` (for people) and `/api/v1/openapi.json` (OpenAPI '
    + '3.1, for programs); neither needs a key.',
    'Lists answer `{"items": […], "next": "cursor or absent", "total": n}`. Changes take `If-Match` with an ETag (412 when the record '
    + 'has moved on) and `Idempotency-Key` (kept 24 hours). `PATCH` is JSON Merge Patch (RFC 7396). Errors: [errors.md](errors.md). '
    + 'Attributes: [attributes.md](attributes.md).',
    ...chapters)
}

/** Every document that is made, by its path below the root. */
export function generatedDocs(): Record<string, string> {
  return {
    'docs/errors.md': errorsPage(),
    'docs/configuration.md': configurationPage(),
    'docs/api.md': apiPage(),
    'docs/rights.md': rightsPage(routes),
    'docs/attributes.md': attributesPage(),
    'docs/data-model.md': dataDictionary(),
    'docs/cli.md': commandPage(),
  }
}

if (import.meta.main) {
  for (const [path, content] of Object.entries(generatedDocs())) {
    writeFileSync(join(root, path), content)
    console.log(path)
  }
}
