/** Every command: what it is called, what it takes, and where it is done. `docs/cli.md` is generated from this. */
import { Command } from 'commander'
import { addAccessGraphCommands } from './access-graph.ts'
import { addMiningCommands } from './access-mining.ts'
import { addAccessQuestionCommands } from './access-questions.ts'
import { addAccessCommands } from './access.ts'
import { addAdministratorCommands } from './administrator.ts'
import { addAuditCommands } from './audit.ts'
import { addClientCommands } from './clients.ts'
import { addDatabaseCommands } from './database.ts'
import { addDelegationCommands } from './delegations.ts'
import { addEfsCommands } from './efs.ts'
import { addKeyCommands } from './keys.ts'
import { addMessageCommands } from './messages.ts'
import { addOktaCommands } from './okta.ts'
import { addPlanCommands } from './plans.ts'
import { addPolicyCommands } from './policies.ts'
import { addPortalCommands } from './portals.ts'
import { addServeCommand } from './serve.ts'
import { addSessionCommands } from './sessions.ts'
import { addSyncCommands } from './sync.ts'
import { addTransferCommands } from './transfer.ts'

/** The program, with every command. */
export function program(): Command {
  const gatehouse = new Command('gatehouse')
    .description('A self-hosted identity server: the people of an organisation, how they sign in and what they may reach.')
    .version('0.1.0')
    .exitOverride()
    // `sync` takes options and has commands of its own: what stands behind those is theirs.
    .enablePositionalOptions()
    .showHelpAfterError('(add --help for what this command takes)')
    .addHelpText('after', '\nEvery command reads its settings from the environment; docs/configuration.md lists them.\nIt ends with 0 when all was done, 1 when some items failed, 2 when it was refused or used wrongly.\nA question that is answered "no" was answered: it ends with 0 as well, or with 1 where --exit-code asks for that.')
  addServeCommand(gatehouse)
  addTransferCommands(gatehouse)
  addPlanCommands(gatehouse)
  addPortalCommands(gatehouse)
  const okta = gatehouse.command('okta').description('Okta itself: the service app that we act as there (OKTA_CLIENT_ID), and the errors that came back.')
  addSyncCommands(gatehouse, okta)
  addOktaCommands(okta)
  addEfsCommands(gatehouse)
  const access = gatehouse.command('access').description('Who has what, why, and why not: giving, taking and asking. Names or ids will do.')
  addAccessCommands(gatehouse, access)
  addAccessQuestionCommands(access)
  addAccessGraphCommands(access)
  addMiningCommands(access)
  addDelegationCommands(gatehouse)
  addAdministratorCommands(gatehouse)
  addKeyCommands(gatehouse)
  addSessionCommands(gatehouse)
  addMessageCommands(gatehouse)
  addPolicyCommands(gatehouse)
  addClientCommands(gatehouse)
  addAuditCommands(gatehouse)
  addDatabaseCommands(gatehouse)
  return gatehouse
}
