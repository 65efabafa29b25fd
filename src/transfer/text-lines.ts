/** Text in chunks to physical lines ended by LF, CRLF or CR; a line longer than the limit arrives as `undefined`. */
export interface Line {
  line: number
  text: string | undefined
}

export interface LineSplitter {
  push: (text: string) => Line[]
  end: () => Line[]
}

/** A splitter that counts lines from 1 and holds no more than `limit` characters. */
export function lineSplitter(limit: number): LineSplitter {
  let buffer = ''
  let line = 1
  let dropping = false

  function add(lines: Line[], text: string): void {
    lines.push({ line: line++, text: dropping || text.length > limit ? undefined : text })
    dropping = false
  }

  function split(final: boolean): Line[] {
    const lines: Line[] = []
    const hasCr = buffer.includes('\r')
    let at = 0
    for (;;) {
      const end = hasCr ? nextBreak(buffer, at) : buffer.indexOf('\n', at)
      if (end === -1) break
      const isCr = buffer[end] === '\r'
      // A CR at the end of the buffer may be half of a CRLF.
      if (isCr && end === buffer.length - 1 && !final) break
      add(lines, buffer.slice(at, end))
      at = isCr && buffer[end + 1] === '\n' ? end + 2 : end + 1
    }
    buffer = buffer.slice(at)
    if (final && buffer !== '') add(lines, buffer)
    if (buffer.length > limit) {
      dropping = true
      buffer = buffer.endsWith('\r') ? '\r' : ''
    }
    return lines
  }

  return {
    push(text) {
      buffer += text
      return split(false)
    },
    end: () => split(true),
  }
}

function nextBreak(buffer: string, from: number): number {
  for (let at = from; at < buffer.length; at++) {
    const code = buffer.charCodeAt(at)
    if (code === 10 || code === 13) return at
  }
  return -1
}
