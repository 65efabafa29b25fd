/** Strings that break careless programs: the "big list of naughty strings" where it is at hand, else a small list of ours. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Test vectors that are too large for this repository stand beside it. */
export const vectors = join(import.meta.dirname, '../../shared/data/vectors')

const own = [
  'undefined', 'null', '\\', '\\\\', '\'; drop table users; --', '%', '_', '%_\\', '\t\n\r', '\u0001\u007f', '\ufeff', '\u2028\u2029', '<script>alert(1)</script>',
  '田中さん', 'Ω≈ç√∫', 'ﷺ', '👩‍👩‍👧‍👦', 'Z̮̞̠͙͔ͅ', '\u202etest\u202e', 'İıßẞσς', '\u{10ffff}', '$HOME', '{{7*7}}', '../../etc/passwd', '1e309', '"', '\\N', '\\.', '{"a":1}', 'x'.repeat(300),
]

const file = join(vectors, 'blns.json')
export const listed = existsSync(file)
export const hostileStrings: readonly string[] = listed ? (JSON.parse(readFileSync(file, 'utf8')) as string[]) : own
