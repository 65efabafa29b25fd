/** Reads a .tar.gz as far as tests need it: the names and contents of its files (POSIX ustar, no long names). */
import { gunzipSync } from 'node:zlib'

export function* readTarGz(archive: Buffer): Generator<{ name: string; content: Buffer }> {
  const tar = gunzipSync(archive)
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const text = (from: number, to: number) => tar.toString('latin1', at + from, at + to).replace(/\0.*$/s, '')
    const size = Number.parseInt(text(124, 136), 8)
    if (text(156, 157) === '0' || text(156, 157) === '') yield { name: text(0, 100), content: tar.subarray(at + 512, at + 512 + size) }
    at += 512 + Math.ceil(size / 512) * 512
  }
}
