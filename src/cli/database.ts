/** gatehouse backup, restore, doctor and master-key: looking after the database. */
import type { Command } from 'commander'
import { readFileSync } from 'node:fs'
import { readConfig, type Config } from '../config.ts'
import { counted } from '../model/counted.ts'
import { migrate } from '../store/migrate.ts'
import { openDatabase } from '../store/open.ts'
import { parseMasterKey } from '../store/master-key.ts'
import { rotateMadeKey, rotateMasterKey } from '../store/open-master-key.ts'
import type { Database } from '../store/database.ts'
import { backup } from '../transfer/backup.ts'
import { restore } from '../transfer/restore.ts'
import { checkLines, lookOver } from './doctor.ts'
import { interruptible, print, progressLine, withDatabase } from './run.ts'

/** These look at the database as it is: they neither migrate it nor need the master key to open it. */
async function withBareDatabase<T>(role: 'server' | 'client', work: (db: Database, config: Config) => Promise<T>): Promise<T> {
  const config = readConfig(process.env)
  const opening = openDatabase(config, { role, applicationName: 'gatehouse-client', ...(role === 'server' ? { besideOlder: true } : {}) })
  return interruptible(opening, (opened) => opened.release(), ({ db }) => work(db, config))
}

export function addDatabaseCommands(gatehouse: Command): void {
  gatehouse.command('backup').description('Writes a consistent copy of the database to a file, while the server runs. The master key is not in it: keep that apart.')
    .argument('<file>', 'where to').option('--json', 'answer for machines')
    .action((file: string, options: { json?: boolean }) => withBareDatabase('client', async (db) => {
      const progress = progressLine('tables')
      let done = 0
      const report = await backup(db, file, { now: () => new Date(), onTable: () => progress.show(++done) })
      progress.end()
      print(options.json, report, () => [`${counted(report.rows, 'row')} of ${counted(report.tables, 'table')} are in ${file}.`])
    }))
  gatehouse.command('restore').description('Loads a backup, made by this version or an older one, into an empty database. It needs the master key that the backup belongs to.')
    .argument('<file>', 'a file that `backup` wrote').option('--replace', 'drops what is in the database first').option('--json', 'answer for machines')
    .action((file: string, options: { replace?: boolean; json?: boolean }) => withBareDatabase('server', async (db, config) => {
      const report = await restore(db, file, config, { replace: options.replace === true })
      print(options.json, report, () => [`${counted(report.rows, 'row')} of ${counted(report.tables, 'table')} from ${report.createdAt} are back.`])
    }))
  gatehouse.command('migrate').description('Brings the schema up to this version; starting the server does the same.').option('--json', 'answer for machines')
    .action((options: { json?: boolean }) => withBareDatabase('client', async (db) => {
      const applied = await migrate(db)
      print(options.json, { applied }, () => (applied.length === 0 ? ['The schema is up to date.'] : applied.map((name) => `${name} applied.`)))
    }))
  gatehouse.command('doctor').description('Compares the database with what this version expects, looks for the master key and for what waits for somebody, and says what to do. Ends with 1 when the database or the master key is wrong; the rest are warnings.').option('--json', 'answer for machines')
    .action((options: { json?: boolean }) => withBareDatabase('client', async (db, config) => {
      const checks = await lookOver({ db, config })
      const findings = checks.flatMap((one) => one.findings)
      print(options.json, findings, () => checkLines(checks))
      process.exitCode = findings.some((one) => one.severity === 'error') ? 1 : 0
    }))
  gatehouse.command('master-key').description('The key that encrypts what must be read back.')
    .command('rotate').description('Re-encrypts everything with another key; restart the servers with that one afterwards.')
    .option('--to <file>', 'a file that holds the new key (Base64 of 32 bytes); without it a new key is made in the place of the one in the data folder').option('--json', 'answer for machines')
    .action((options: { to?: string; json?: boolean }) => withDatabase(async ({ config, db, masterKey }) => {
      const values = options.to === undefined ? await rotateMadeKey(db, config) : await rotateMasterKey(db, masterKey, parseMasterKey(readFileSync(options.to, 'utf8'), options.to))
      print(options.json, { values }, () => [`${counted(values, 'value is', 'values are')} encrypted with the new key. Restart the servers with it now.`])
    }))
}
