/** The passwords of an LDIF file by DN: a few lines of their own, so that the test does not rest on the reader of imports. */
export function readLdif(text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const record of text.replaceAll('\r', '').replaceAll('\n ', '').split(/\n{2,}/)) {
    const of = (name: string) => {
      const [, colons, value] = new RegExp(`^${name}(::?) *(.*)$`, 'im').exec(record) ?? []
      return value === undefined || colons === ':' ? value : Buffer.from(value, 'base64').toString()
    }
    const [dn, password] = [of('dn'), of('userPassword')]
    if (dn !== undefined && password !== undefined) found.set(dn.toLowerCase(), password)
  }
  return found
}
