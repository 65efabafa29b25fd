/**
 * Takes secrets out of texts that others have written down: traces of requests hold the tokens that went with them. The
 * texts are long and hostile, so no pattern may go over the same characters again and again.
 */

const patterns: [RegExp, string][] = [
  [/\b(SSWS|Bearer|Basic|DPoP)\s{1,10}[\w.~+/=-]{6,}/gi, '$1 ***'],
  // From where such a run begins, to its end: however long its parts are, no character is gone over twice.
  [/(?<![\w-])eyJ[\w-]{5,}(?:\.[\w-]+){0,4}/g, '***'],
  [/("?(?:access_token|id_token|refresh_token|client_secret|client_assertion|password|passwd|activationToken|sessionToken|recoveryToken|code_verifier|stateToken|api_?token|token|secret)\\?"?\s{0,10}(?:[:=]>?|%3D)\s{0,10}\\?"?)[^\s"'&,;<>}\]]{3,}/gi, '$1***'],
  [/((?:set-)?cookie"?\s{0,10}[:=]\s{0,10}"?)[^\r\n"]+/gi, '$1***'],
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]{1,200}:)[^\s@/]{1,500}(@)/gi, '$1***$2'],
]

/** The text without tokens, passwords and the like, as far as their shape or name tells. */
export function redact(text: string): string {
  return patterns.reduce((left, [pattern, instead]) => left.replace(pattern, instead), text)
}
