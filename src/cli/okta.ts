/** gatehouse okta: how we show Okta who we are. */
import type { Command } from 'commander'
import { clientJwks, generateClientKey, listClientKeys, rotateClientKey, type ListedKey } from '../connectors/okta/client-keys.ts'
import { print, table, withDatabase } from './run.ts'

interface Options {
  json?: boolean
}

export function addOktaCommands(okta: Command): void {
  const keys = okta.command('keys').description('The keys of the service app. Private halves never leave the database, where they are encrypted.')
  for (const [name, doc, make] of [
    ['generate', 'Makes the first key; give its public half to Okta (keys jwks).', generateClientKey],
    ['rotate', 'Makes the next key. It signs as soon as Okta knows it; until then the one before does.', rotateClientKey],
  ] as const) {
    keys.command(name).description(doc).option('--json', 'answer for machines')
      .action((options: Options) => withDatabase(async ({ masterKey }, ctx) => {
        const key = await make(ctx, masterKey)
        print(options.json, key, () => [`The key ${key.keyId} is made. Add its public half to the service app in Okta:`, '  npx gatehouse okta keys jwks'])
      }))
  }
  keys.command('list').description('Lists the keys: which signs, which waits for Okta to take it, which are retired.').option('--json', 'answer for machines')
    .action((options: Options) => withDatabase(async (_opened, ctx) => {
      const found = await listClientKeys(ctx)
      print(options.json, found, () => table(['key', 'algorithm', 'state', 'made', 'retired'], found.map(({ keyId, algorithm, state, created, retired }: ListedKey) => [keyId, algorithm, state, created, retired])))
    }))
  keys.command('jwks').description('Prints the public halves of the keys in use and waiting, as the service app in Okta takes them: JSON, with or without the option.').option('--json', 'answer for machines')
    .action(() => withDatabase(async (_opened, ctx) => console.log(JSON.stringify(await clientJwks(ctx), null, 2))))
}
