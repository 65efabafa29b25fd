/** A text as a QR code (ISO/IEC 18004): black on white in dark mode too, since many readers know no other, with the margin they need. */
import { encode } from 'uqr'

/** Modules of margin that the standard asks for. */
const margin = 4

export function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { ecc: 'M', border: 0 })
  const squares = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x + margin} ${y + margin}h1v1h-1z`] : [])))
  const side = size + 2 * margin
  return (
    // An img would need a data: address, which the policy of the pages does not let in.
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
    <svg className="qr-code" role="img" aria-label={label} viewBox={`0 0 ${side} ${side}`} shapeRendering="crispEdges">
      <rect width={side} height={side} fill="#ffffff" />
      <path d={squares.join('')} fill="#000000" />
    </svg>
  )
}
