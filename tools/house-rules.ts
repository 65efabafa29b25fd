/**
 * The rules of the house that neither the compiler nor the linter knows: who may import whom, names, and what must not
 * be written anywhere. Each rule is a function from files to findings; `npm run check` and `test/house.test.ts` share
 * them. What a rule forbids, its message says what to do instead.
 */
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

/** A file by its path below the root, with what it holds. */
export interface SourceFile {
  path: string
  text: string
}

// Longer files are data that somebody left here.
const longest = 2 ** 22

/** Whether `.gitignore` names it: data folders that the documents tell to make stand in the clone, a database each. */
function ignoredBy(rules: string): (name: string) => boolean {
  const lines = ['.git', ...rules.split('\n').map((line) => line.trim().replace(/\/$/, '')).filter((line) => line !== '' && !line.startsWith('#'))]
  const pattern = new RegExp(`^(?:${lines.map((line) => line.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')).join('|')})$`)
  return (name) => pattern.test(name)
}

/** Every file of the project, but for what is installed, ignored or made at run time. */
export function projectFiles(folder: string = root, ignored = ignoredBy(readFileSync(join(root, '.gitignore'), 'utf8'))): SourceFile[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !ignored(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return projectFiles(path, ignored)
      return entry.isFile() && statSync(path).size <= longest ? [{ path: relative(root, path), text: readFileSync(path, 'utf8') }] : []
    })
}

/** The code among them. */
export function codeFiles(files: readonly SourceFile[]): SourceFile[] {
  return files.filter(({ path }) => /^(src|twin|test|tools|bench|bin|examples|console)\/.*\.(tsx?|js)$/.test(path))
}

/** What a file imports: paths below the root for its neighbours, else the name as written. */
export function importsOf(file: SourceFile): string[] {
  const statements = file.text.matchAll(/^\s*(?:import|export)\b[^'"`;=]*?\bfrom\s*'([^']+)'|^\s*import\s*'([^']+)'|\bimport\(\s*'([^']+)'/gm)
  return [...statements].map(([, from, bare, dynamic]) => {
    const target = (from ?? bare ?? dynamic)!
    return target.startsWith('.') ? join(dirname(file.path), target) : target
  })
}

/** The storeys of `src/`: a folder may use those of a lower number. Folders of one number do not use each other. */
const storeys: Record<string, number> = {
  model: 0, store: 1, audit: 2, plans: 3, records: 3,
  directory: 4, access: 4, signin: 4, portals: 4, notify: 4,
  sync: 5, connectors: 6, transfer: 7,
  rest: 8, pages: 8, scim: 8, oidc: 8, jobs: 8, cli: 8,
}

const foundations = ['src/errors.ts', 'src/config.ts', 'src/context.ts']

/** Imports that go against the order of the house. */
export function importOrder(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => importsOf(file).flatMap((target) => {
    const reason = refusal(file.path, target)
    return reason === undefined ? [] : [`${file.path}: imports ${target}; ${reason}`]
  }))
}

function refusal(from: string, to: string): string | undefined {
  if (from.startsWith('twin/')) return to.startsWith('src/') ? 'the double knows nothing of the server' : undefined
  if (/^console\/src\/(ui|words)\//.test(from) && to.startsWith('console/src/pages/')) return 'pages are made of ui/ and words/, which know none of them'
  if (from.startsWith('console/')) return !to.startsWith('src/') || forPages(to) ? undefined : 'the pages run in the browser: of the server they use the model and the list of their addresses, and ask REST for everything else'
  if (!from.startsWith('src/')) return undefined
  if (from.startsWith('src/model/') && !inModel(to)) return 'the model is pure: no files, no network, no packages'
  if (!/^(src|twin|test|tools|bench|bin|examples|console)\//.test(to) || from === 'src/main.ts') return undefined
  if (!to.startsWith('src/')) return from.startsWith('src/cli/') && to.startsWith('twin/') ? undefined : 'the server uses only src/'
  if (foundations.includes(to)) return undefined
  if (to === 'src/main.ts') return from.startsWith('src/cli/') ? undefined : 'main.ts wires and is used by nobody but the command line'
  if (foundations.includes(from)) return from === 'src/context.ts' && to === 'src/store/database.ts' ? undefined : 'a foundation stands on foundations only'
  return betweenFolders(from, to)
}

const inModel = (to: string) => to.startsWith('src/model/') || to === 'src/errors.ts' || to === 'node:crypto'

const forPages = (to: string) => to.startsWith('src/model/') || to === 'src/errors.ts' || to === 'src/pages/page-paths.ts'

function betweenFolders(from: string, to: string): string | undefined {
  const [own, other] = [from.split('/')[1]!, to.split('/')[1]!]
  const [storey, below] = [storeys[own], storeys[other]]
  if (storey === undefined || below === undefined) return `src/${storey === undefined ? own : other} is not in the plan of the house (tools/house-rules.ts)`
  if (own === other) {
    const sisters = own === 'connectors' && from.split('/').length > 3 && to.split('/').length > 3 && from.split('/')[2] !== to.split('/')[2]
    return sisters ? 'connectors do not import each other' : undefined
  }
  if (below < storey) return undefined
  return below === storey ? `${own} and ${other} stand side by side; go through a folder below both` : `${other} stands above ${own}`
}

/** Circles of imports, each named once, types included. */
export function circles(files: readonly SourceFile[]): string[] {
  const graph = new Map(files.map((file) => [file.path, importsOf(file)]))
  const finished = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: string[]): void => {
    if (finished.has(path) || !graph.has(path)) return
    const start = trail.indexOf(path)
    if (start >= 0) {
      found.push(`circle of imports: ${[...trail.slice(start), path].join(' → ')}; move what both need below both`)
      return
    }
    for (const next of graph.get(path)!) visit(next, [...trail, path])
    finished.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return found
}

const emptyWords = new Set(['utils', 'util', 'helpers', 'helper', 'common', 'services', 'managers', 'misc', 'lib', 'shared'])

/** Names of files and folders: kebab-case, and none that says nothing. */
export function names(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path }) => {
    const parts = path.replace(/(?:\.d)?\.[a-z]+$/, '').split('/')
    const empty = parts.find((part) => emptyWords.has(part))
    if (empty !== undefined) return [`${path}: "${empty}" says nothing; name it for what it holds`]
    return parts.every((part) => /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(part)) ? [] : [`${path}: is not kebab-case`]
  })
}

/** Files that only pass on what others export, and default exports. */
export function barrels(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    const passing = /^\s*export\s+(?:type\s+)?(?:\*|\{[^}]*\})[^\n]*\bfrom\b/m.test(code)
    const own = /^(?:export\s+)?(?:async\s+)?(?:const|let|function|class|interface|type\s+\w+\s*[=<]|declare)\b/m.test(code)
    if (/^\s*export\s+(?:type\s+)?\*/m.test(code) || /(^|\/)index\.(ts|js)$/.test(path) || (passing && !own)) {
      return [`${path}: is a barrel; import from the file that has it`]
    }
    return []
  })
}

/** The clock is an argument: only the composition root and the command line read it. */
export function clocks(files: readonly SourceFile[]): string[] {
  const free = /^src\/(main\.ts|cli\/|model\/id\.ts)/
  return files.filter(({ path }) => path.startsWith('src/') && !free.test(path)).flatMap(({ path, text }) =>
    /\bnew Date\(\)|\bDate\.now\(\)/.test(text) ? [`${path}: reads the clock; take the time from ctx.now()`] : [])
}

/** Places of one machine: the folder of this checkout and people's home folders have no place in the project. */
export function machinePaths(files: readonly SourceFile[], here: string = root, home: string = homedir()): string[] {
  const fixed = [here, home].filter((path) => path.split('/').length > 2)
  return files.flatMap(({ path, text }) => {
    const hit = fixed.find((place) => text.includes(place)) ?? /(?<![\w.-])\/(?:home|Users)\/[a-z][\w-]*\/|[A-Z]:\\Users\\/.exec(text)?.[0]
    return hit === undefined ? [] : [`${path}: names the place ${hit} of one machine; work it out from import.meta.url or a setting`]
  })
}

/** All of these rules over the whole project. */
export function houseFindings(): string[] {
  const files = projectFiles()
  const code = codeFiles(files)
  return [...importOrder(code), ...circles(code), ...names(code), ...barrels(code), ...clocks(code), ...machinePaths(files)]
}
