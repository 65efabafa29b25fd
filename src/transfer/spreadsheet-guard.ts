/**
 * CSV injection (OWASP): a spreadsheet takes a cell that begins with = + - or @ for a formula. Our exports put an
 * apostrophe before such texts, and reading our exports takes it off again. Signed numbers and telephone numbers stay as
 * they are. A text that begins with apostrophes and such a formula gets one more, so that every text comes back equal.
 */
const formula = /^'*(?:[=@\t\r＝＠]|[+\-＋－](?![\d\s()./-]*$))/

export const guardCell = (value: string): string => (formula.test(value) ? `'${value}` : value)

export const unguardCell = (value: string): string => (value.startsWith("'") && formula.test(value) ? value.slice(1) : value)
