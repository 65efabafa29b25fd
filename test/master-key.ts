/** A master key for tests: fresh each time. */
import { newMasterKey, parseMasterKey, type MasterKey } from '../src/store/master-key.ts'

export function testMasterKey(): MasterKey {
  return parseMasterKey(newMasterKey(), 'the test')
}
