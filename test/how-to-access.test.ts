/** The page for auditors says what is so: every command on it, run in its order on a directory of its own, against what stands below it. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { root } from '../tools/house-rules.ts'
import { automationKey, cleanEnv, command, dataFolder, pinnedNode, removeFolders, startServer } from './server-process.ts'

const folder = dataFolder()
afterAll(() => removeFolders(folder))

interface Shown {
  line: string
  answer: string[]
}

/** Commands, and what the page says they answer. */
function commandsOf(page: string): Shown[] {
  const found: Shown[] = []
  let inBlock = false
  for (const line of page.split('\n')) {
    if (line.startsWith('    $ ')) {
      found.push({ line: line.slice(6), answer: [] })
      inBlock = true
    } else if (inBlock && (line.startsWith('    ') || line === '')) found.at(-1)!.answer.push(line.trim())
    else inBlock = false
  }
  return found
}

/** Times, ids and keys are others each time; how wide a column is hangs on them. */
const plain = (lines: readonly string[]) => lines.map((line) => line.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'THEN').replaceAll(/\b[0-9a-f]{32}\b/g, 'ID').replaceAll(/\s+/g, ' ').trim()).join('\n').trim()

test('every command on the page answers as it says', async () => {
  const page = readFileSync(join(root, 'docs/how-to-access.md'), 'utf8')
  const commands = commandsOf(page)
  expect(commands.length).toBeGreaterThan(25)
  const env = { GATEHOUSE_DATA: folder }
  const imported = await command(['import', join(root, 'examples/people.csv'), '--map', join(root, 'examples/mappings/people.json'), '--apply'], env)
  expect(imported.code, imported.said).toBe(0)
  const server = await startServer({ ...env, GATEHOUSE_API_KEY: automationKey })
  const script = [
    `cd ${folder}`, `npx() { shift; ${pinnedNode} ${join(root, 'bin/gatehouse.js')} "$@"; }`,
    ...commands.flatMap(({ line }, place) => [`echo "@@${place}"`, `${line.replaceAll('http://127.0.0.1:8080', server.url)}`, 'echo']),
  ].join('\n')
  const { stdout } = await promisify(execFile)('bash', ['-c', `exec 2>&1\n${script}`], { env: cleanEnv(env), maxBuffer: 2 ** 24 })
  await server.stop('SIGTERM')
  const answers = stdout.split(/^@@\d+\n/m).slice(1)
  expect(commands.map(({ line }, place) => ({ line, answer: plain(answers[place]!.split('\n')) }))).toEqual(commands.map(({ line, answer }) => ({ line, answer: plain(answer) })))
}, 300_000)
