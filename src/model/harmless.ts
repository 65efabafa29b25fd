/** What others have written, in one line and without anything that moves a cursor, turns the direction or hides. */
export function harmless(text: unknown): string {
  return String(text ?? '').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, '·')
}
