/** The program with `keys ssh` alone: people wait for it at every sign-in, and the rest takes most of the time to load. */
import { Command } from 'commander'
import { addSshCommand } from './ssh-keys.ts'

export function sshProgram(): Command {
  const gatehouse = new Command('gatehouse').exitOverride().showHelpAfterError('(add --help for what this command takes)')
  addSshCommand(gatehouse.command('keys'))
  return gatehouse
}
