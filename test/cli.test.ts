/** The command line: help at every level, exit codes, answers for machines, and mistakes told in a line. */
import { CommanderError, type Command } from 'commander'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { program } from '../src/cli/program.ts'
import { automationKey, command, dataFolder, removeFolders, startServer, type Ended, type ServerProcess } from './server-process.ts'

const data = dataFolder()
const elsewhere = dataFolder()
const env = { GATEHOUSE_DATA: data }
const everything: string[] = []
let server: ServerProcess

beforeAll(async () => {
  server = await startServer(env)
})
afterAll(async () => {
  await server?.stop('SIGTERM')
  removeFolders(data, elsewhere)
})

async function gatehouse(...args: string[]): Promise<Ended> {
  const ended = await command(args, env)
  everything.push(ended.stdout, ended.stderr)
  return ended
}

interface Level {
  path: string[]
  command: Command
}

function levels(command: Command, path: string[] = []): Level[] {
  return [{ path, command }, ...command.commands.flatMap((one) => levels(one, [...path, one.name()]))]
}

/** What the command line prints and throws, without a process. */
async function parse(...args: string[]): Promise<{ out: string; error: unknown }> {
  let out = ''
  const gatehouse = program()
  for (const { command } of levels(gatehouse)) command.configureOutput({ writeOut: (text) => (out += text), writeErr: (text) => (out += text) })
  const error = await gatehouse.parseAsync(['node', 'gatehouse', ...args]).then(() => undefined, (thrown: unknown) => thrown)
  return { out, error }
}

test.each([
  ['a seed that is no JSON', '--seed', '{"users":', /^gatehouse: The double cannot take what it was given: .*seed: .*JSON.*\[invalid_value\]\n$/],
  ['a fault of no kind', '--faults', '[{"kind":"bogus"}]', /^gatehouse: The double cannot take what it was given: .*kind.*\[invalid_value\]\n$/],
])('the double refuses %s and says why', async (_name, option, text, said) => {
  const file = join(data, 'seed')
  writeFileSync(file, text)
  expect(await gatehouse('twin', '--port', '0', '--token', 't', option, file)).toMatchObject({ code: 2, stderr: expect.stringMatching(said) })
})

test('a command that finds no directory makes one, and says so, once', async () => {
  const first = await command(['groups', 'list', '--json'], { GATEHOUSE_DATA: elsewhere })
  const again = await command(['groups', 'list', '--json'], { GATEHOUSE_DATA: elsewhere })
  expect([first.code, first.stderr]).toEqual([0, `Nothing was there yet, so a new, empty directory has been made in ${elsewhere} (GATEHOUSE_DATA).\n`])
  expect([again.code, again.stderr]).toEqual([0, ''])
})

describe('help', () => {
  test.each(levels(program()).map(({ path, command }) => [path.join(' ') || 'gatehouse', path, command] as const))('of %s', async (_name, path, command) => {
    const { out, error } = await parse(...path, '--help')
    expect(error).toMatchObject({ code: 'commander.helpDisplayed', exitCode: 0 })
    expect(command.description()).toMatch(/\S/)
    for (const one of command.commands) expect(out).toMatch(new RegExp(`^ +${one.name()}\\b`, 'm'))
    for (const option of command.options) {
      expect(out).toContain(option.long)
      expect(option.description).toMatch(/\S/)
    }
  })

  test('as a process, and the version of the package', async () => {
    const [whole, level, version] = await Promise.all([gatehouse('--help'), gatehouse('keys', '--help'), gatehouse('--version')])
    expect([whole, level, version].map(({ code, stderr }) => [code, stderr])).toEqual([[0, ''], [0, ''], [0, '']])
    for (const one of program().commands) expect(whole.stdout).toMatch(new RegExp(`^ +${one.name()}\\b`, 'm'))
    const { version: known } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
    expect(version.stdout.trim()).toBe(known)
  })

  test('of a level that needs more words is shown as a mistake', async () => {
    const { out, error } = await parse('keys')
    expect(error).toBeInstanceOf(CommanderError)
    expect((error as CommanderError).exitCode).not.toBe(0)
    expect(out).toMatch(/create.*\n.*list/s)
  })
})

test.each([
  ['an unknown command', ['bogus'], /unknown command 'bogus'/],
  ['a command that is nearly right', ['exprot', 'x.csv'], /Did you mean export\?/],
  ['an unknown option', ['plan', 'list', '--loud'], /unknown option '--loud'/],
  ['a missing option', ['keys', 'create', '--user', 'admin'], /required option '--name/],
  ['a missing argument', ['plan', 'show'], /missing required argument 'id'/],
  ['a number that is none', ['generate', '--people', 'many'], /--people.*must be a number from 10/],
  ['a scope that is none', ['keys', 'create', '--user', 'admin', '--name', 'k', '--scopes', 'all'], /all is not one of read, write, admin/],
  ['a portal that is no number', ['portal', 'users', 'one'], /must be the number of a portal/],
  ['a setting without a value', ['portal', 'set', '1', 'activation'], /must be setting=value/],
  ['neither a plan nor applying', ['sync', '--portal', '1'], /--plan or --apply/],
  ['both a plan and applying', ['import', 'x.csv', '--plan', '--apply'], /--plan or --apply/],
  ['nothing to import', ['import', '--plan'], /Name the files/],
  ['a port that is none', ['twin', '--port', 'x', '--token', 't'], /must be a port/],
  ['limits of no plan', ['twin', '--port', '0', '--token', 't', '--limits', 'plenty'], /Allowed choices are free/],
  ['a speed that is none', ['twin', '--port', '0', '--token', 't', '--speed', '-1'], /must be a number/],
  ['a count that is none', ['audit', 'search', '--count', 'some'], /--count/],
  ['days that are none', ['audit', 'drop', '--days', 'old'], /--days/],
])('%s is a mistake, told in a line', async (_name, args, message) => {
  vi.stubEnv('GATEHOUSE_DATA', join(data, 'none', 'of', 'this', 'is', 'made'))
  const { out, error } = await parse(...args)
  const told = out + (error as Error).message
  expect(told).toMatch(message)
  expect(out.trimEnd().split('\n').length).toBeLessThanOrEqual(3)
  expect(existsSync(join(data, 'none'))).toBe(false)
  if (error instanceof CommanderError) expect(error.exitCode).not.toBe(0)
})

test('access is asked and explained, for people and for machines', async () => {
  const post = async (path: string, body: object) => (await server.ask('POST', path, body)).json() as Promise<{ id: string }>
  const [ann, wiki] = await Promise.all([post('/users', { userName: 'access-ann', name: { givenName: 'Ann', familyName: 'Ames' } }), post('/resources', { name: 'Wiki', resourceType: 'WEBSERVICE', isPublic: true })])
  await server.ask('POST', `/users/${ann.id}/activate`)
  const [check, why, list, people, foretold, whyNot] = await Promise.all([
    gatehouse('access', 'check', ann.id, 'Wiki'), gatehouse('access', 'why', ann.id, 'Wiki'), gatehouse('access', 'list', ann.id, '--json'),
    gatehouse('access', 'people', 'Wiki', '--json'), gatehouse('access', 'what-if', '--delete', `Resource:${wiki.id}`, '--json'), gatehouse('access', 'why-not', ann.id, wiki.id, '--at', '2020-01-01'),
  ])
  expect(check.stdout).toBe('yes\n')
  expect(why.stdout).toContain('Ann Ames ─everyone▶ Wiki')
  expect(JSON.parse(list.stdout)).toMatchObject({ active: true, items: [{ type: 'Resource', name: 'Wiki', everyone: true }] })
  expect(people.stdout.trim().split('\n').map((line) => (JSON.parse(line) as { id: string }).id)).toContain(ann.id)
  expect((JSON.parse(foretold.stdout) as { people: { losing: number } }).people.losing).toBeGreaterThan(0)
  expect([whyNot.code, whyNot.stderr]).toEqual([2, expect.stringContaining('There is no Resource')])
})

describe('what is refused ends with 2, and says why in a line', () => {
  const folder = (name: string) => join(data, name)
  const example = (name: string) => fileURLToPath(new URL(`../examples/mappings/${name}`, import.meta.url))
  test.each([
    ['an unknown command', ['bogus'], /unknown command/],
    ['a plan that is not there', ['plan', 'show', 'none'], /no plan.*none/i],
    ['a plan to apply that is not there', ['plan', 'apply', 'none'], /no plan.*none/i],
    ['an import that is not there', ['import', '--apply', 'none'], /no plan.*none/i],
    ['a key that is not there', ['keys', 'revoke', 'none'], /no API key.*none/],
    ['a person who is not there', ['keys', 'create', '--user', 'nobody', '--name', 'k'], /Nobody signs in as nobody/],
    ['a portal that is not there', ['portal', 'users', '99'], /99/],
    ['a setting that is none', ['portal', 'set', '99', 'colour=red'], /colour|99/],
    ['a file that is not there', ['import', folder('none.csv'), '--plan'], /none\.csv/],
    ['a mapping that is not there', ['import', folder('none.csv'), '--map', folder('none.json'), '--plan'], /none\.(json|csv)/],
    ['a format that is none', ['export', folder('people.xls')], /people\.xls|csv/],
    ['an export whose name says no format', ['export', folder('people.txt')], /people\.txt does not say what to write/],
    ['a file of another format than its mapping', ['import', folder('people.ldif'), '--map', example('people.json'), '--plan'], /people\.ldif is LDIF by its name, and .*people\.json says that it is CSV/],
    ['a folder to import', ['import', data, '--map', example('people.json'), '--plan'], /is a folder, and no file\. Name the files in it/],
    ['a device to import', ['import', '/dev/null', '--map', example('people.json'), '--plan'], /is a device, and no file\. .*write what comes out of it to a file first/],
    ['a folder that is not there', ['export', folder('none/people.csv')], /none\/people\.csv/],
    ['a backup that is not there', ['restore', folder('none.backup')], /none\.backup|already uses/],
    ['a backup into a folder that is not there', ['backup', folder('none/backup')], /none\/backup/],
    ['an audit file that is not there', ['audit', 'verify', folder('none.jsonl')], /none\.jsonl/],
    ['an audit file into a folder that is not there', ['audit', 'export', folder('none/audit.jsonl')], /none\/audit\.jsonl/],
    ['a filter that is none', ['audit', 'search', '--filter', '((('], /filter/i],
    ['a filter that is none, for people', ['export', folder('people.csv'), '--filter', 'userName eq'], /filter/i],
    ['an instant that is none', ['audit', 'verify', '--from', 'yesterday'], /--from.*yesterday/],
    ['a sync without Okta', ['sync', '--portal', '1', '--plan'], /OKTA_ORG_URL/],
  ])('%s', async (_name, args, message) => {
    const { code, stdout, stderr } = await gatehouse(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2)
    expect(stderr).not.toMatch(/something went wrong|^ +at |node:|\.ts\b/m)
  })
})

test('a pipe to import is refused at once: nobody may ever write into it, and a process that waits for that ends by no signal', async () => {
  const pipe = join(data, 'people-pipe.csv')
  execFileSync('mkfifo', [pipe])
  const { code, stderr } = await gatehouse('import', pipe, '--plan')
  expect([code, stderr]).toEqual([2, expect.stringContaining('is a pipe, and no file. It is read more than once: write what comes out of it to a file first')])
})

async function exported(file: string): Promise<string> {
  expect((await gatehouse('export', file)).code).toBe(0)
  return file
}

const commands = levels(program()).filter(({ command }) => command.commands.length === 0)

test.each(commands.map(({ path, command }) => [path.join(' '), command] as const))('%s answers machines when asked to', (_name, command) => {
  const json = command.options.find(({ long }) => long === '--json')
  expect(json).toMatchObject({ description: expect.stringMatching(/\S/), required: false })
  expect(json!.isBoolean()).toBe(true)
})

test('clients: made, changed, given another secret, stopped and removed', { timeout: 120_000 }, async () => {
  const json = async (...args: string[]) => JSON.parse((await gatehouse('clients', ...args, '--json')).stdout) as Record<string, unknown>
  const { id, secret } = await json('create', '--name', 'Notebook', '--redirect-uri', 'https://notebook.example/back')
  expect(secret).toMatch(/^[\w-]{43}$/)
  const changed = await json('set', String(id), 'leastLevel=2', 'redirectUris=https://notebook.example/back,https://notebook.example/other', 'requireDpop=true', 'subjectType=pairwise')
  expect(changed).toMatchObject({ id, leastLevel: 2, redirectUris: ['https://notebook.example/back', 'https://notebook.example/other'], requireDpop: true, subjectType: 'pairwise', meta: { version: 2 } })
  expect(await json('set', String(id), 'leastLevel=')).toMatchObject({ leastLevel: 0 })
  for (const [wrong, said] of [['colour=red', /must be attribute=value/], ['leastLevel=4', /must be from 0 to 3/], ['requireDpop=maybe', /true or false/], ['redirectUris=http://elsewhere.example', /must begin with https/]] as const) {
    const { code, stderr } = await gatehouse('clients', 'set', String(id), wrong)
    expect([code !== 0, stderr]).toEqual([true, expect.stringMatching(said)])
  }
  const rotated = await json('rotate-secret', String(id), '--overlap-hours', '1')
  expect(rotated.secret).not.toBe(secret)
  expect((await json('show', String(id))).secrets).toHaveLength(2)
  expect(await json('rotate-keys')).toEqual({ keys: 2 })
  expect(await json('rotate-keys', '--withdraw')).toEqual({ keys: 2, withdrawn: 2 })
  expect(await json('disable', String(id))).toEqual({ id, active: false })
  await json('delete', String(id))
  expect((await gatehouse('clients', 'show', String(id))).code).toBe(2)
})

test('every --json answer is JSON, alone on the output', async () => {
  const generated = await command(['generate', '--people', '10', '--seed', 'cli', '--json'], { GATEHOUSE_DATA: elsewhere })
  expect(JSON.parse(generated.stdout)).toMatchObject({ people: 10 })
  const json = async (...args: string[]) => JSON.parse((await gatehouse(...args, '--json')).stdout) as { id: string }
  const key = await json('keys', 'create', '--user', 'admin', '--name', 'json')
  const people = join(data, 'json.jsonl')
  writeFileSync(people, `${JSON.stringify({ userName: 'json', name: { familyName: 'Json' } })}\n`)
  const plan = await json('import', people, '--plan')
  const portal = await json('portal', 'create', '--name', 'For machines')
  everything.splice(-4, 4)
  const asked = [
    ['keys', 'revoke', key.id], ['plan', 'show', plan.id], ['plan', 'cancel', plan.id], ['export', join(data, 'all.jsonl')], ['migrate'],
    ['portal', 'set', String(portal.id), 'issuer=https://org.example'], ['portal', 'users', String(portal.id)], ['portal', 'add', String(portal.id), '--filter', 'userName eq "nobody"'],
    ['portal', 'admins', 'add', '--filter', 'userName eq "nobody"'], ['portal', 'admins'], ['portal', 'admins', 'remove', '--filter', 'userName eq "nobody"'],
    ['audit', 'erase', 'person', '--yes'],
    ['keys', 'list'], ['plan', 'list'], ['portal', 'create', '--name', 'Example'], ['portal', 'list'], ['audit', 'search'], ['audit', 'verify'],
    ['audit', 'export', join(data, 'audit.jsonl')], ['backup', join(data, 'backup')], ['doctor'], ['audit', 'drop', '--days', '3650'],
  ]
  const [person = ''] = readFileSync(await exported(join(data, 'for-id.jsonl')), 'utf8').split('\n').flatMap((line) => /"id":"(\w+)".*"userName":"(?!admin)/.exec(line)?.[1] ?? [])
  for (const args of asked.map((words) => words.map((word) => (word === 'person' ? person : word)))) {
    const { code, stdout, stderr } = await gatehouse(...args, '--json')
    expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' })
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(typeof JSON.parse(stdout)).toBe('object')
  }
}, 180_000)

test('an import with a row that cannot be done ends with 1, and the same rows mended with 0', async () => {
  const [bad, good] = [join(data, 'bad.jsonl'), join(data, 'good.jsonl')]
  const person = { userName: 'ann', name: { familyName: 'Ann' } }
  writeFileSync(bad, `${JSON.stringify(person)}\n${JSON.stringify({ ...person, userName: 'bob', startDate: 'soon' })}\n`)
  writeFileSync(good, `${JSON.stringify({ ...person, userName: 'bob' })}\n`)
  const plan = await gatehouse('import', bad, '--plan', '--json')
  expect(plan.code).toBe(1)
  expect(JSON.parse(plan.stdout)).toMatchObject({ counts: { create: 1, error: 1 }, status: 'planned' })
  expect(await gatehouse('import', bad, '--apply')).toMatchObject({ code: 1, stderr: '' })
  expect(await gatehouse('import', good, '--apply')).toMatchObject({ code: 0, stderr: '' })
  const steps = await gatehouse('plan', 'steps', (JSON.parse(plan.stdout) as { id: string }).id, '--json')
  expect(steps.stdout.trimEnd().split('\n').map((line) => (JSON.parse(line) as { action: string }).action).toSorted()).toEqual(['create', 'error'])
})

test('an import whose file could not be read is cancelled, in one word wherever it is shown; of a file that is not there none is made', async () => {
  const before = await gatehouse('plan', 'list', '--kind', 'import')
  expect((await gatehouse('import', join(data, 'not-there.jsonl'), '--plan')).stderr).toContain('not-there.jsonl cannot be read (ENOENT)')
  expect((await gatehouse('plan', 'list', '--kind', 'import')).stdout).toBe(before.stdout)
  writeFileSync(join(data, 'wide.jsonl'), Buffer.from('\ufeff{"userName":"wide"}', 'utf16le'))
  expect((await gatehouse('import', join(data, 'wide.jsonl'), '--plan')).code).toBe(2)
  const [, newest] = (await gatehouse('plan', 'list', '--kind', 'import')).stdout.split('\n')
  expect(newest).toMatch(/ import +cancelled +0 /)
  expect((await gatehouse('plan', 'show', newest!.split(' ')[0]!)).stdout).toMatch(/ 0  steps, cancelled\n/)
}, 120_000)

test('a portal shows its limits under one sentence, and tells when its secret goes', async () => {
  const { id } = JSON.parse((await gatehouse('portal', 'create', '--name', 'Telling', '--json')).stdout) as { id: number }
  const shown = (await gatehouse('portal', 'show', String(id))).stdout
  expect(shown.match(/stopped for somebody to decide/g)).toHaveLength(1)
  expect(shown).toMatch(/limit_delete +\(.*\) +accounts to delete/)
  writeFileSync(join(data, 'secret'), 'a-secret-of-the-client')
  expect((await gatehouse('portal', 'secret', String(id), '--file', join(data, 'secret'))).code).toBe(0)
  expect((await gatehouse('portal', 'set', String(id), 'scopes=openid')).stdout).not.toContain('secret')
  expect((await gatehouse('portal', 'set', String(id), 'issuer=https://org.example')).stdout).toContain(`is removed; the portal's sessions have ended. Set the new one: npx gatehouse portal secret ${id} --file FILE`)
}, 120_000)

test('sessions end by person, or all of them when that is said', async () => {
  expect((await gatehouse('sessions', 'end')).code).toBe(2)
  expect((await gatehouse('sessions', 'end', 'admin', '--all')).code).toBe(2)
  expect(await gatehouse('sessions', 'end', 'admin')).toMatchObject({ code: 0, stdout: '0 ended.\n' })
  expect(await gatehouse('sessions', 'end', '--all', '--json')).toMatchObject({ code: 0, stdout: '{"ended":0}\n' })
})

test('the token of a key is shown when it is made, and nothing secret ever after', async () => {
  const { stdout } = await gatehouse('keys', 'create', '--user', 'admin', '--name', 'cli')
  const token = stdout.trim()
  expect(token).toMatch(/^gh_[\w-]{43}$/)
  everything.splice(everything.indexOf(stdout), 1)
  await Promise.all([gatehouse('keys', 'list'), gatehouse('keys', 'list', '--json'), gatehouse('audit', 'search', '--json')])
  const [, password = ''] = /shown once: (\S+)/.exec(server.said())!
  const secrets = [token, password, automationKey, readFileSync(join(data, 'master.key'), 'utf8').trim()]
  const said = everything.join('\n')
  expect(said).toContain('keys[')
  for (const secret of secrets) expect(said).not.toContain(secret)
})
