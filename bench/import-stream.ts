/**
 * A file of 2 GB through `gatehouse import`: the largest process at several sizes of file. The rows have some 10 KB each;
 * one in twenty is a new person, the others are refused for a day that no calendar has, so that every row is read, looked
 * up, checked and stored with its reason, and written to the file of rejected rows, without hours of creating people.
 */
import { createWriteStream, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { timesFigure, type Bench, type Figure } from './bench.ts'
import { benchFolder, emptyDatabase } from './database.ts'
import { gatehouse } from './import-run.ts'

const megabyte = 2 ** 20
/** Of the largest file. */
const shares = [1 / 32, 1 / 4, 1]
const onePersonIn = 20

export const importStream: Bench = {
  name: 'import-stream',
  doc: '`gatehouse import` of files of up to 2 GB (at the usual million of people; smaller with fewer): memory',
  async run({ people }) {
    const most = (2048 * megabyte * people) / 1_000_000
    const figures: Figure[] = []
    const peaks: number[] = []
    for (const share of shares) {
      const { peakMb, ...measured } = await streamed(most * share)
      const size = `${(measured.bytes / megabyte).toFixed(0)} MB`
      peaks.push(peakMb)
      const speed = (measured.bytes / megabyte / measured.planMs) * 1000
      figures.push({ what: `${size}, ${measured.rows.toLocaleString('en')} rows: largest process`, measured: `${peakMb.toFixed(0)} MB (applying: ${measured.applyMb.toFixed(0)} MB; planned at ${speed.toFixed(1)} MB/s)`, target: '< 300 MB', met: Math.max(peakMb, measured.applyMb) < 300 })
    }
    return [...figures, timesFigure('largest process, largest file against smallest', peaks.at(-1)! / peaks[0]!, 1.25)]
  },
}

interface Streamed {
  rows: number
  bytes: number
  planMs: number
  peakMb: number
  applyMb: number
}

async function streamed(bytes: number): Promise<Streamed> {
  const name = 'import-stream'
  const file = join(benchFolder(), `${name}.csv`)
  const counted = { rows: 0 }
  const { close } = await emptyDatabase(name)
  try {
    await pipeline(Readable.from(rowsOf(bytes, counted), { objectMode: false }), createWriteStream(file))
    const folder = join(benchFolder(), name)
    const planned = await gatehouse(folder, ['import', file, '--plan'])
    const { counts } = planned.plan
    const wanted = Math.ceil(counted.rows / onePersonIn)
    // One step more declares the long attribute.
    if (counts.create !== wanted + 1 || counts.error !== counted.rows - wanted) throw new Error(`the plan is not what the file says: ${JSON.stringify(planned.plan)}`)
    const applied = await gatehouse(folder, ['import', '--apply', planned.plan.id])
    if (applied.plan.status !== 'applied' || applied.plan.failed > 0) throw new Error(`the import went wrong: ${JSON.stringify(applied.plan)}`)
    return { rows: counted.rows, bytes: statSync(file).size, planMs: planned.ms, peakMb: planned.peakMb, applyMb: applied.peakMb }
  } finally {
    await close()
    for (const one of [file, join(benchFolder(), `${name}.rejected.csv`), join(benchFolder(), name)]) rmSync(one, { recursive: true, force: true })
  }
}

const words = ['letters', 'and', 'a', 'good', 'word', 'for', 'Müller', 'of', 'Łódź', 'who', 'said: "no"', 'in', 'the', 'year,', 'twice;', 'quite', 'so', 'long', 'ago\n']
const textLength = 10_000

/** Rows of CSV until there are so many bytes. */
function* rowsOf(bytes: number, counted: { rows: number }): Generator<string> {
  yield 'userName,name.familyName,name.givenName,employeeNumber,birthdate,attributes.memoir\n'
  const text = Array.from({ length: 40_000 }, (_, at) => words[(at * at + (at >> 3)) % words.length]).join(' ')
  for (let written = 0; written < bytes; counted.rows++) {
    const n = counted.rows
    const born = n % onePersonIn === 0 ? '1970-02-28' : '1970-02-29'
    const from = (n * 97) % (text.length - textLength)
    const row = `stream${n},Stream,Person ${n},S-${n},${born},"${text.slice(from, from + textLength).replaceAll('"', '""')}"\n`
    written += Buffer.byteLength(row)
    yield row
  }
}
