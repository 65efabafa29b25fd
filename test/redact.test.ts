/** Secrets in texts that others wrote down are taken out, and hostile texts take no longer than their length. */
import { expect, test } from 'vitest'
import { redact } from '../src/model/redact.ts'

test.each([
  ['Authorization: SSWS 00abcdefghijk', 'Authorization: SSWS ***'],
  ['{"headers":{"authorization":"Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"}}', '{"headers":{"authorization":"Bearer ***"}}'],
  ['id eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln end', 'id *** end'],
  [`id eyJ${'a'.repeat(600)}.${'b'.repeat(600)}.${'c'.repeat(342)} end`, 'id *** end'],
  ['token=0.ARwA6WgJJ9X2qk&token_type_hint=refresh_token', 'token=***&token_type_hint=refresh_token'],
  ['body {\\"access_token\\":\\"sk3xyz-abc\\"}', 'body {\\"access_token\\":\\"***"}'],
  ['refresh_token%3Dsk3xyz-abc', 'refresh_token%3D***'],
  ['{"credentials":{"password":"hunter2"},"login":"anna"}', '{"credentials":{"password":"***"},"login":"anna"}'],
  ['grant_type=x&client_secret=abc123&scope=y', 'grant_type=x&client_secret=***&scope=y'],
  ['Set-Cookie: sid=1234; Path=/\nX: y', 'Set-Cookie: ***\nX: y'],
  ['https://anna:hunter2@example.com/x', 'https://anna:***@example.com/x'],
  ['E0000007 Not found: Resource not found: 00uabc (User)', 'E0000007 Not found: Resource not found: 00uabc (User)'],
])('%s', (text, left) => expect(redact(text)).toBe(left))

test.each(['y', ' ', 'a:', 'eyJ', 'eyJaaaaa-', 'Basic ', 'x://', 'x://y:', '"password":', 'cookie: ', 'password   '])('%j over and over', (piece) => {
  // So long that going over it again and again would outlast the test.
  expect(redact(piece.repeat(2 ** 20 / piece.length)).length).toBeGreaterThan(0)
})
