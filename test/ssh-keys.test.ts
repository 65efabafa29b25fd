/** SSH keys of people: only keys get in, and a real sshd lets in whom Gatehouse says, as long as it says so. */
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync, readFileSync, chmodSync, mkdirSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { parseSshKey, type SshKey } from '../src/model/ssh-key.ts'
import { sshKeysOf } from '../src/store/ssh-keys.ts'
import { root } from '../tools/house-rules.ts'
import { connectionOf, migratedDatabase } from './database.ts'
import { curvePoint, ed25519Bytes, ed25519Key, keyLine, mpint, rsaKey } from './public-keys.ts'
import { testServer } from './rest-server.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gatehouse-ssh-')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const zeros = (count: number) => Buffer.alloc(count)
const bigPrime = mpint(Buffer.from(`c${'5'.repeat(511)}`, 'hex'))

describe('a line', () => {
  const taken: [string, () => string, number][] = [
    ['ed25519', () => ed25519Key(), 256],
    ['rsa 2048', () => rsaKey(2048), 2048],
    ['rsa 4096', () => rsaKey(4096), 4096],
    ['ecdsa 256', () => keyLine('ecdsa-sha2-nistp256', 'nistp256', curvePoint('P-256')), 256],
    ['ecdsa 384', () => keyLine('ecdsa-sha2-nistp384', 'nistp384', curvePoint('P-384')), 384],
    ['ecdsa 521', () => keyLine('ecdsa-sha2-nistp521', 'nistp521', curvePoint('P-521')), 521],
    ['sk ed25519', () => keyLine('sk-ssh-ed25519@openssh.com', ed25519Bytes(), 'ssh:'), 256],
    ['sk ecdsa', () => keyLine('sk-ecdsa-sha2-nistp256@openssh.com', 'nistp256', curvePoint('P-256'), 'ssh:work'), 256],
  ]
  test.each(taken)('is taken: %s', (_, line, bits) => {
    const key = parseSshKey(`${line()} a comment with spaces`)
    expect(key).toMatchObject({ bits })
    expect((key as SshKey).fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/)
  })

  const whole = ed25519Key('x')
  const offBase = curvePoint('P-256')
  offBase[40]! ^= 1
  const refused: [string, string][] = [
    ['options before it', `command="rm -rf /" ${whole}`],
    ['an option of sshd', `no-pty ${whole}`],
    ['two lines', `${whole}\n${whole}`],
    ['a carriage return', `${whole}\rcommand="x"`],
    ['a line separator in its comment', `${whole}\u2028x`],
    ['a control in its comment', `${whole} \u001b[2J`],
    ['a certificate', keyLine('ssh-ed25519-cert-v01@openssh.com', zeros(32), ed25519Bytes())],
    ['DSA', keyLine('ssh-dss', zeros(32))],
    ['RSA of 1024 bits', rsaKey(1024)],
    ['RSA with the exponent 1', keyLine('ssh-rsa', Buffer.of(1), bigPrime)],
    ['RSA with an even modulus', keyLine('ssh-rsa', Buffer.from('010001', 'hex'), mpint(Buffer.from(`c${'4'.repeat(511)}`, 'hex')))],
    ['RSA with a negative modulus', keyLine('ssh-rsa', Buffer.from('010001', 'hex'), Buffer.from(`c${'5'.repeat(511)}`, 'hex'))],
    ['a type that is not the one inside', whole.replace('ssh-ed25519', 'ssh-rsa')],
    ['too short a point', keyLine('ssh-ed25519', zeros(31))],
    ['something behind the key', keyLine('ssh-ed25519', ed25519Bytes(), 'more')],
    ['a point that is not on the curve', keyLine('ecdsa-sha2-nistp256', 'nistp256', offBase)],
    ['another curve inside', keyLine('ecdsa-sha2-nistp256', 'nistp384', curvePoint('P-384'))],
    ['a point in short form', keyLine('ecdsa-sha2-nistp256', 'nistp256', Buffer.concat([Buffer.of(2), curvePoint('P-256').subarray(1, 33)]))],
    ['a length beyond its end', `ssh-ed25519 ${Buffer.concat([Buffer.from('000000ff', 'hex'), zeros(10)]).toString('base64')}`],
    ['base64 that is not canonical', whole.replace(/(\S+) (\S+)/, (_, type: string, blob: string) => `${type} ${blob}=`)],
    ['an sk key of a website', keyLine('sk-ssh-ed25519@openssh.com', ed25519Bytes(), 'https://example.com')],
    ['nothing', ''],
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----'],
  ]
  test.each(refused)('is refused: %s', (_, line) => expect(parseSshKey(line)).toEqual({ message: expect.any(String) }))

  test('has the fingerprint that ssh-keygen shows', ({ skip }) => {
    if (spawnSync('ssh-keygen', ['-?']).error) skip('there is no ssh-keygen; apt-get install openssh-client')
    const file = join(folder, 'shown.pub')
    for (const line of [ed25519Key(), rsaKey(2048), keyLine('ecdsa-sha2-nistp256', 'nistp256', curvePoint('P-256'))]) {
      writeFileSync(file, `${line}\n`)
      const { fingerprint, bits } = parseSshKey(line) as SshKey
      expect(execFileSync('ssh-keygen', ['-lf', file]).toString()).toMatch(`${bits} ${fingerprint} `)
    }
  })
})

test('over REST a key is added with its fingerprint, changed, and refused with the reason', async () => {
  const { ask, ctx } = await testServer()
  const id = (await ask('POST', '/users', { userName: 'ann' })).body.id as string
  const line = ed25519Key('laptop of ann')
  const added = await ask('POST', `/users/${id}/keys`, { name: 'laptop', value: `  ${line}\n` })
  expect(added).toMatchObject({ status: 201, body: { type: 'SSH', value: line, fingerprint: (parseSshKey(line) as SshKey).fingerprint } })
  const next = ed25519Key('')
  const changed = await ask('PATCH', `/users/${id}/keys/${added.body.id}`, { value: next })
  expect(changed.body).toMatchObject({ fingerprint: (parseSshKey(next) as SshKey).fingerprint, value: next.trim() })
  expect((await ask('PATCH', `/users/${id}/keys/${added.body.id}`, { name: 'other' })).body.fingerprint).toBe(changed.body.fingerprint)
  expect((await ask('POST', `/users/${id}/keys`, { name: 'bad', value: `no-pty ${line}` })).body).toMatchObject({ code: 'invalid_value', problems: [{ message: expect.stringContaining('without options') }] })
  expect((await ask('POST', `/users/${id}/keys`, { name: 'weak', value: rsaKey(1024) })).body.detail).toContain('1024 bits')
  expect(await ctx.db.query(`select from gatehouse.audit_event where target_id = $1 and changes::text like '%fingerprint%'`, [id])).toHaveLength(2)
})

test('a login is found whichever way its accents are written, in exactly its letters otherwise', async () => {
  const { ask, ctx } = await testServer()
  const keys = (login: string) => sshKeysOf(ctx.db, login, 'LINUX', ctx.now().toISOString())
  await ctx.db.execute(`insert into managed_sys (managed_sys_id, name) values ('LINUX', 'Linux')`)
  const withLogin = async (userName: string, login: string) => {
    const { id } = (await ask('POST', '/users', { userName, status: 'ACTIVE' })).body
    const key = (await ask('POST', `/users/${id}/keys`, { name: 'laptop', value: ed25519Key() })).body.value as string
    await ctx.db.execute(`insert into login (login_id, login, managed_sys_id, user_id, is_active, status) values ($1, $2, 'LINUX', $3, 'Y', 'ACTIVE')`, [`L-${userName}`, login, id])
    return key
  }
  const [old, renewed] = [await withLogin('old', 'Andre\u0301'), await withLogin('renewed', 'zo\u00eb')]
  for (const login of ['Andre\u0301', 'Andr\u00e9']) expect(await keys(login), login).toEqual([old])
  for (const login of ['zo\u00eb', 'zoe\u0308']) expect(await keys(login), login).toEqual([renewed])
  for (const login of ['andre\u0301', 'ANDR\u00c9', 'Andre', 'Zo\u00eb']) expect(await keys(login), login).toEqual([])
  // Two from before who differ in that alone each have their own, and where theirs is closed nobody else's.
  await ctx.db.execute('alter table login disable trigger login_keeps_name')
  const twin = await withLogin('twin', 'zoe\u0308')
  await ctx.db.execute('alter table login enable trigger login_keeps_name')
  expect([await keys('zo\u00eb'), await keys('zoe\u0308')]).toEqual([[renewed], [twin]])
  await ctx.db.execute(`update login set is_active = 'N' where login_id = 'L-twin'`)
  expect([await keys('zo\u00eb'), await keys('zoe\u0308')]).toEqual([[renewed], []])
})

const node = createRequire(import.meta.url).resolve('node/bin/node')

/** Runs the command as sshd does: nothing in the environment but what its wrapper sets. */
async function keysOf(url: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env['PATH'], DATABASE_URL: url }
  return promisify(execFile)(node, [join(root, 'bin/gatehouse.js'), 'keys', 'ssh', ...args], { env, cwd: '/' })
    .then(({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }), (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, out: error.stdout, err: error.stderr }))
}

describe('the command', () => {
  test('prints keys of who may sign in, without comments, and nothing for others', async () => {
    const options = await migratedDatabase()
    const { ask, ctx } = await testServer({}, undefined, options)
    const url = connectionOf(options)
    const id = (await ask('POST', '/users', { userName: 'Ann', status: 'ACTIVE' })).body.id as string
    const lines = [ed25519Key('command="x" \'$(id)\''), rsaKey(2048)]
    for (const [index, value] of lines.entries()) await ask('POST', `/users/${id}/keys`, { name: `key ${index}`, value })
    await ctx.db.execute(`insert into user_key (user_key_id, user_id, name, key_type, key_value) values ('x', $1, 'planted', 'SSH', E'no-pty ssh-rsa AAAA\nssh-rsa BBBB')`, [id])
    const printed = `${lines.map((line) => line.split(' ').slice(0, 2).join(' ')).join('\n')}\n`
    expect(await keysOf(url, 'Ann')).toEqual({ code: 0, out: printed, err: '' })
    expect(JSON.parse((await keysOf(url, '--json', 'Ann')).out)).toHaveLength(2)
    const nothing = { code: 0, out: '', err: '' }
    // A login is another account to sshd when its letters are of another size.
    expect(await keysOf(url, 'ann')).toEqual(nothing)
    expect(await keysOf(url, '--', '-x')).toEqual(nothing)
    expect(await keysOf(url, `Ann' or '1'='1`)).toEqual(nothing)
    expect(await keysOf(url, '--system', 'LINUX', 'Ann')).toEqual(nothing)
    await ctx.db.execute(`insert into managed_sys (managed_sys_id, name) values ('LINUX', 'Linux')`)
    await ask('POST', `/users/${id}/logins`, { login: 'ann', managedSystem: 'LINUX' })
    expect((await keysOf(url, '--system', 'LINUX', 'ann')).out).toBe(printed)
    for (const [shut, open] of [['lock', 'unlock'], ['disable', 'enable']] as const) {
      await ask('POST', `/users/${id}/${shut}`)
      expect(await keysOf(url, 'Ann')).toEqual(nothing)
      await ask('POST', `/users/${id}/${open}`)
      expect((await keysOf(url, 'Ann')).out).toBe(printed)
    }
    await ask('POST', `/users/${id}/terminate`)
    expect(await keysOf(url, 'Ann')).toEqual(nothing)
  }, 60_000)

  test('needs no more than the columns that docs/how-to-ssh.md grants', async () => {
    const options = await migratedDatabase()
    const { ask, ctx: { db } } = await testServer({}, undefined, options)
    const id = (await ask('POST', '/users', { userName: 'ann', status: 'ACTIVE' })).body.id as string
    await ask('POST', `/users/${id}/keys`, { name: 'laptop', value: ed25519Key() })
    const text = readFileSync(join(root, 'docs/how-to-ssh.md'), 'utf8')
    const role = `ssh_${randomBytes(6).toString('hex')}`
    const grants = [...text.matchAll(/^ {4}((?:create role|grant) [^;]+;)$/gms)].map(([, one]) => one!.replaceAll('gatehouse_ssh', role).replace(/password '[^']*'/, `password 'only a test'`))
    expect(grants).toHaveLength(4)
    try {
      for (const grant of grants) await db.execute(grant)
      const url = new URL(connectionOf(options))
      Object.assign(url, { username: role, password: encodeURIComponent('only a test') })
      expect((await keysOf(url.href, 'ann')).out).toMatch(/^ssh-ed25519 /)
    } finally {
      await db.execute(`drop owned by ${role}; drop role ${role}`)
    }
  })

  test('ends with 2 and prints no key when it cannot ask', async () => {
    expect(await keysOf('postgresql://x:y@127.0.0.1:1/z', 'ann')).toMatchObject({ code: 2, out: '' })
    expect(await keysOf('postgresql://x:y@127.0.0.1:1/z', 'a\nb')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('no login') })
    expect(await keysOf('postgresql://x:y@127.0.0.1:1/z')).toMatchObject({ code: 2, out: '' })
  }, 30_000)
})

const sshd = '/usr/sbin/sshd'
const isRoot = userInfo().uid === 0
const sudo = isRoot ? [] : ['sudo', '-n']

/** What stands against running an sshd here, in words; undefined when nothing does. */
function obstacle(): string | undefined {
  if (!existsSync(sshd) || spawnSync('ssh', ['-V']).error) return 'there is no sshd; apt-get install openssh-server openssh-client'
  if (!isRoot && spawnSync('sudo', ['-n', 'true']).status !== 0) return 'sshd wants its command to belong to root: run this as root, or as somebody who may sudo without a password'
  return undefined
}

const asRoot = (command: string, ...args: string[]) => execFileSync([...sudo, command][0]!, [...sudo, command, ...args].slice(1))

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** An sshd on a port of its own that asks Gatehouse for keys, as docs/how-to-ssh.md has it; its log is what it wrote. */
async function startSshd(url: string): Promise<{ port: number; stop: () => Promise<void>; log: () => string }> {
  const { username } = userInfo()
  // No folder above the command may be writable by others, which rules out /tmp.
  const place = `/run/gatehouse-ssh-${process.pid}`
  asRoot('mkdir', '-p', '-m', '755', place, '/run/sshd')
  const wrapper = join(folder, 'gatehouse-ssh-keys')
  const settings = join(folder, 'ssh-keys.env')
  writeFileSync(settings, `DATABASE_URL='${url}'\n`, { mode: 0o600 })
  writeFileSync(wrapper, `#!/bin/sh\nset -a\n. '${settings}'\nexec '${node}' '${join(root, 'bin/gatehouse.js')}' keys ssh -- "$1"\n`)
  asRoot('install', '-o', 'root', '-m', '755', wrapper, join(place, 'gatehouse-ssh-keys'))
  const hostKey = join(folder, 'host')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey])
  const port = await freePort()
  const config = join(folder, 'sshd_config')
  writeFileSync(config, [
    `Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${hostKey}`, 'PidFile none', 'UsePAM no', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'PermitRootLogin prohibit-password',
    'AuthorizedKeysFile none', `AuthorizedKeysCommand ${join(place, 'gatehouse-ssh-keys')} %u`, `AuthorizedKeysCommandUser ${username}`, 'LoginGraceTime 60', 'LogLevel VERBOSE', '',
  ].join('\n'))
  // Debian's root has the host key refused when it belongs to somebody else or others may read it.
  chmodSync(hostKey, 0o600)
  let log = ''
  const child = spawn([...sudo, sshd][0]!, [...sudo, sshd, '-D', '-e', '-f', config].slice(1), { stdio: ['ignore', 'ignore', 'pipe'] })
  child.stderr.on('data', (part: Buffer) => (log += part.toString()))
  const ended = once(child, 'exit')
  for (let waited = 0; !log.includes('Server listening') && child.exitCode === null && waited < 10_000; waited += 20) await sleep(20)
  return { port, log: () => log, stop: async () => {
    if (isRoot) child.kill('SIGTERM')
    else if (child.exitCode === null) asRoot('kill', String(child.pid))
    await ended
    asRoot('rm', '-rf', place)
  } }
}

test('a real sshd lets in who has a key here and may sign in, and nobody else', async ({ skip }) => {
  const reason = obstacle()
  if (reason !== undefined) skip(reason)
  const options = await migratedDatabase()
  const { ask } = await testServer({}, undefined, options)
  const { username } = userInfo()
  const id = (await ask('POST', '/users', { userName: username, status: 'ACTIVE' })).body.id as string
  const key = (name: string) => {
    const file = join(folder, name)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file])
    return { file, line: readFileSync(`${file}.pub`, 'utf8') }
  }
  const [own, other] = [key('own'), key('other')]
  mkdirSync(join(folder, 'home'))
  const running = await startSshd(connectionOf(options))
  const enter = async (file: string) => promisify(execFile)('ssh', [
    '-F', 'none', '-p', String(running.port), '-i', file, '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=no', '-o', `UserKnownHostsFile=${join(folder, 'known')}`,
    `${username}@127.0.0.1`, 'echo', 'let', 'in',
  ]).then(({ stdout }) => stdout.trim(), (error: { stderr: string }) => (/Permission denied/.test(error.stderr) ? 'denied' : error.stderr))
  try {
    expect(await enter(own.file), running.log()).toBe('denied')
    const added = (await ask('POST', `/users/${id}/keys`, { name: 'laptop', value: own.line })).body.id as string
    expect(await enter(own.file), running.log()).toBe('let in')
    expect(await enter(other.file)).toBe('denied')
    await ask('POST', `/users/${id}/lock`)
    expect(await enter(own.file)).toBe('denied')
    await ask('POST', `/users/${id}/unlock`)
    expect(await enter(own.file), running.log()).toBe('let in')
    await ask('DELETE', `/users/${id}/keys/${added}`)
    expect(await enter(own.file)).toBe('denied')
  } finally {
    await running.stop()
  }
}, 120_000)
