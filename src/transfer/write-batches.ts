/** Small pieces of text joined to pieces of about 64 KiB, so that a stream is not woken for every record. */
export async function* inBatches(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let batch = ''
  for await (const piece of pieces) {
    batch += piece
    if (batch.length >= 65536) {
      yield batch
      batch = ''
    }
  }
  if (batch !== '') yield batch
}
