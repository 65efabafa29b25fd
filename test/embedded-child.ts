/**
 * A process that uses the embedded database, for tests that kill, race or run one as another user.
 * Usage: embedded-child.ts FOLDER server|client. Prints one JSON line when it is in; any input makes it close and end.
 */
import { findPostmaster } from '../src/store/embedded-cluster.ts'
import { openEmbedded } from '../src/store/embedded.ts'

const [dataDir = '', role = ''] = process.argv.slice(2)
try {
  const embedded = await openEmbedded({ dataDir, role: role === 'server' ? 'server' : 'client' })
  const postmaster = await findPostmaster(`${dataDir}/postgres-${embedded.version.split('.')[0]}`)
  console.log(JSON.stringify({ pid: process.pid, uid: process.getuid?.(), postmaster: postmaster?.pid }))
  process.stdin.once('data', async () => {
    await embedded.close()
    process.exit(0)
  })
} catch (error) {
  console.log(JSON.stringify({ failure: (error as Error).message }))
  process.exit(1)
}
