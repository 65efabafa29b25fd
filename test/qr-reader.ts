/**
 * Reads a flawless QR code by ISO/IEC 18004, as an app does: margin, format, mask, the zigzag of data, its blocks, bytes. Made from
 * the standard and not from what draws the code. Versions 5 to 12 at level M are known: what a key for an app needs.
 */
const margin = 4

/** By version: where alignment patterns lie, and how many blocks with how many bytes of data each (table 9, level M). */
const versions: Record<number, { alignment: number[]; blocks: [count: number, bytes: number][] }> = {
  5: { alignment: [6, 30], blocks: [[2, 43]] }, 6: { alignment: [6, 34], blocks: [[4, 27]] }, 7: { alignment: [6, 22, 38], blocks: [[4, 31]] },
  8: { alignment: [6, 24, 42], blocks: [[2, 38], [2, 39]] }, 9: { alignment: [6, 26, 46], blocks: [[3, 36], [2, 37]] },
  10: { alignment: [6, 28, 50], blocks: [[4, 43], [1, 44]] }, 11: { alignment: [6, 30, 54], blocks: [[1, 50], [4, 51]] }, 12: { alignment: [6, 32, 58], blocks: [[6, 36], [2, 37]] },
}

const masks: ((row: number, column: number) => boolean)[] = [
  (i, j) => (i + j) % 2 === 0, (i) => i % 2 === 0, (_i, j) => j % 3 === 0, (i, j) => (i + j) % 3 === 0,
  (i, j) => (Math.floor(i / 2) + Math.floor(j / 3)) % 2 === 0, (i, j) => ((i * j) % 2) + ((i * j) % 3) === 0,
  (i, j) => (((i * j) % 2) + ((i * j) % 3)) % 2 === 0, (i, j) => (((i + j) % 2) + ((i * j) % 3)) % 2 === 0,
]

/** @param picture rows of modules, true for dark, with the margin around them */
export function readQrCode(picture: readonly boolean[][]): string {
  const framed = picture.length
  const isMargin = (at: number) => at < margin || at >= framed - margin
  if (picture.some((row, y) => row.some((dark, x) => dark && (isMargin(x) || isMargin(y))))) throw new Error('the margin is not empty')
  const code = picture.slice(margin, -margin).map((row) => row.slice(margin, -margin))
  const size = code.length
  const version = (size - 17) / 4
  const known = versions[version]
  if (!known) throw new Error(`version ${version} is not known here`)
  // Format: level and mask beside the upper left finder, under a mask of its own.
  const format = [0, 1, 2, 3, 4].reduce((bits, column) => (bits << 1) | Number(code[8]![column]), 0) ^ 0b10101
  if (format >> 3 !== 0b00) throw new Error('the level is not M')
  const mask = masks[format & 7]!
  const bits: boolean[] = []
  for (let right = size - 1, upwards = true; right > 0; right -= 2, upwards = !upwards) {
    if (right === 6) right--
    for (let step = 0; step < size; step++) {
      const row = upwards ? size - 1 - step : step
      for (const column of [right, right - 1]) if (!isFunction(row, column, size, version, known.alignment)) bits.push(code[row]![column] !== mask(row, column))
    }
  }
  return textOf(deinterleaved(bits, known.blocks))
}

function isFunction(row: number, column: number, size: number, version: number, alignment: readonly number[]): boolean {
  const finder = (row < 9 && column < 9) || (row < 9 && column >= size - 8) || (row >= size - 8 && column < 9)
  const info = version >= 7 && ((row < 6 && column >= size - 11) || (column < 6 && row >= size - 11))
  const last = alignment.at(-1)!
  const aligned = alignment.some((y) => alignment.some((x) => !((y === 6 && x === 6) || (y === 6 && x === last) || (y === last && x === 6)) && Math.abs(row - y) <= 2 && Math.abs(column - x) <= 2))
  return finder || info || aligned || row === 6 || column === 6
}

/** Bytes of data lie in turns, one of each block; what mends errors stands behind them all. */
function deinterleaved(bits: readonly boolean[], groups: readonly [number, number][]): number[] {
  const byte = (at: number) => bits.slice(at * 8, at * 8 + 8).reduce((value, bit) => value * 2 + Number(bit), 0)
  const blocks = groups.flatMap(([count, bytes]) => Array.from({ length: count }, () => ({ bytes, data: [] as number[] })))
  let at = 0
  for (let turn = 0; turn < Math.max(...blocks.map(({ bytes }) => bytes)); turn++) for (const block of blocks) if (turn < block.bytes) block.data.push(byte(at++))
  return blocks.flatMap(({ data }) => data)
}

/** One segment of bytes: four bits 0100, the length in 8 bits (16 from version 10 on), the text. */
function textOf(data: readonly number[]): string {
  const bits = data.flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((place) => (byte >> place) & 1))
  const number = (from: number, length: number) => bits.slice(from, from + length).reduce((value, bit) => value * 2 + bit, 0)
  if (number(0, 4) !== 0b0100) throw new Error('it does not begin with bytes')
  const wide = data.length > 182 ? 16 : 8
  const length = number(4, wide)
  return Buffer.from(Array.from({ length }, (_byte, at) => number(4 + wide + at * 8, 8))).toString()
}
