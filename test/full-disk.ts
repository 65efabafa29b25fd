/** A disk that is full for some files: what would be written beside them goes to /dev/full, and fails as it would there. */
import type * as Fs from 'node:fs'

export const fullDisk = new Set<string>()

/** For `vi.mock('node:fs', …)`. */
export function withFullDisk(real: typeof Fs): typeof Fs {
  const createWriteStream: typeof Fs.createWriteStream = (path, options) =>
    ([...fullDisk].some((file) => String(path).startsWith(file)) ? real.createWriteStream('/dev/full') : real.createWriteStream(path, options))
  return { ...real, createWriteStream }
}
