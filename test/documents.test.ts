/** What the documents say can be done: links lead somewhere, and every command and setting they name exists. */
import type { Command } from 'commander'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { program } from '../src/cli/program.ts'
import { settings } from '../src/config.ts'
import { projectFiles, root } from '../tools/house-rules.ts'

const documents = projectFiles().filter(({ path }) => path.endsWith('.md'))
const scripts = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts

/** The headings of a document as GitHub makes anchors from them. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'))
}

function deadLinks(path: string, text: string): string[] {
  const links = [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link]) => link!)
  return links.filter((link) => {
    const [target, anchor] = link.split('#')
    const file = target === '' ? path : join(dirname(path), target!)
    if (!existsSync(join(root, file))) return true
    return anchor !== undefined && file.endsWith('.md') && !anchors(readFileSync(join(root, file), 'utf8')).includes(anchor)
  })
}

/** The command lines of a document: what stands behind `npx gatehouse` up to the end of the command. */
function commandLines(text: string): string[][] {
  const lines = [...text.matchAll(/npx gatehouse ([^\n`|)&;]+)/g)].map(([, line]) => line!)
  return lines.map((line) => line.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).filter(([first]) => /^[a-z]/.test(first ?? ''))
}

/** What is wrong with a command line; undefined when the program would take it. */
function fault(words: readonly string[]): string | undefined {
  let command: Command = program()
  let next = 0
  for (let below; (below = command.commands.find((one) => [one.name(), ...one.aliases()].includes(words[next]!))); next++) command = below
  // A group may do something by itself too, or have one of its commands done when none is named.
  const { _actionHandler: action, _defaultCommandName: standard } = command as unknown as { _actionHandler?: unknown; _defaultCommandName?: string | null }
  if (standard) command = command.commands.find((one) => one.name() === standard)!
  else if (command.commands.length > 0 && !action) return `there is no command ${words.join(' ')}`
  const unknown = words.slice(next).find((word) => word.startsWith('--') && !command.options.some((one) => one.long === word) && word !== '--help')
  return unknown === undefined ? undefined : `${words.join(' ')}: ${unknown} is no option`
}

test.each(documents.map(({ path, text }) => [path, text]))('%s links to what is there', (path, text) => {
  expect(deadLinks(path, text)).toEqual([])
})

test('every command in a document is one', () => {
  const lines = documents.flatMap(({ text }) => commandLines(text))
  expect(lines.length).toBeGreaterThan(60)
  expect(lines.map(fault).filter((one) => one !== undefined)).toEqual([])
  expect(fault(['portal', 'fetch'])).toMatch(/no command/)
  expect(fault(['sync', '--everything'])).toMatch(/no option/)
})

test('every script and setting in a document exists', () => {
  const text = documents.filter(({ path }) => path !== 'CHANGELOG.md').map((one) => one.text).join('\n')
  const named = [...text.matchAll(/\bnpm (?:run )?(start|test|demo|check|bench|docs)\b|\bnpm run (\w+)/g)].map(([, known, other]) => known ?? other!)
  expect(named.filter((name) => !(name in scripts))).toEqual([])
  const assigned = [...text.matchAll(/(?:^ {4}|export |[ `])([A-Z][A-Z_]{3,})=/gm)].map(([, name]) => name!)
  const ofDevelopment = projectFiles().filter(({ path }) => /^(test|bench|tools)\//.test(path) && path !== 'test/documents.test.ts').map((one) => one.text).join('\n')
  expect(assigned.filter((name) => !(name in settings) && name !== 'DEBUG' && !new RegExp(`\\b${name}\\b`).test(ofDevelopment))).toEqual([])
})
