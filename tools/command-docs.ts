/** `docs/cli.md`: every command with its arguments and options, from the program itself. */
import type { Command } from 'commander'
import { program } from '../src/cli/program.ts'
import { code, page, table } from './markdown.ts'

export function commandPage(): string {
  return page('The command line', 'src/cli',
    'From a checkout: `npx gatehouse …`. Every command reads the settings of [configuration.md](configuration.md), explains itself with '
    + '`--help`, and ends with 0 when all was done, 1 when some items failed, 2 when it was refused or used wrongly.',
    ...leaves(program(), []).flatMap(([command, path]) => chapter(command, path)))
}

/** Commands that do something, with the words that lead to each. */
function leaves(command: Command, path: string[]): [Command, string[]][] {
  const own = [...path, command.name()]
  const below = command.commands.filter((one) => one.name() !== 'help').flatMap((one) => leaves(one, own))
  return below.length === 0 ? [[command, own]] : below
}

function chapter(command: Command, path: string[]): string[] {
  const rows = [
    ...command.registeredArguments.map((one) => [code(one.name()), one.description, defaultOf(one.defaultValue)]),
    ...command.options.filter((one) => !one.hidden).map((one) => [code(one.flags), one.description + (one.mandatory ? '; required' : ''), defaultOf(one.defaultValue)]),
  ]
  return [
    `## ${path.join(' ')}`,
    command.description(),
    `    ${path.join(' ')} ${command.usage()}`,
    ...(rows.length > 0 ? [table(['argument or option', 'meaning', 'default'], rows)] : []),
  ]
}

function defaultOf(value: unknown): string {
  return value === undefined || value === false ? '' : code(String(value))
}
