/** Numbers that codes go to by SMS, as E.164 has them. */

/** A number from how people write it; undefined when it is none. */
export function smsNumber(text: string): string | undefined {
  const digits = plain(text)
  return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : undefined
}

/** The number of one of somebody's telephones; undefined where no country is known. As `gatehouse.sms_number` of the database has it. */
export function smsNumberOf({ countryCd, areaCd, value }: Readonly<Record<string, unknown>>): string | undefined {
  const [country, area, number] = [digitsOf(countryCd).replace(/^0+/, ''), digitsOf(areaCd), plain(String(value ?? ''))]
  if (number.startsWith('+')) return smsNumber(number)
  // Whoever names no area has the trunk prefix before the number itself.
  return country === '' || !/^\d+$/.test(number) ? undefined : smsNumber(`+${country}${area.replace(/^0+/, '')}${area === '' ? number.replace(/^0+/, '') : number}`)
}

const plain = (text: string) => text.replaceAll(/[\s().\u00a0/-]/g, '')
const digitsOf = (text: unknown) => String(text ?? '').replaceAll(/\D/g, '')
