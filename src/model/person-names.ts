/**
 * Display and sort names. The Dutch convention stands in the seed (LASTNAME_PREFIX, PARTNER_NAME, PREFIX_PARTNER_NAME):
 * the particle is shown and not sorted by, the partner's name follows the own one after a hyphen.
 *
 *     Anna + van der + Berg, partner de Vries  →  "Anna van der Berg-de Vries"  /  "Berg-de Vries, Anna van der"
 */
import { valueAt, type Document } from './attribute.ts'

const part = (document: Document, path: string): string => {
  const value = valueAt(document, path)
  return typeof value === 'string' ? value.trim() : ''
}

const join = (separator: string, ...parts: string[]) => parts.filter((one) => one !== '').join(separator)

/** A particle that is elided keeps no space before its name: d'Ancona. */
const elided = /['’ʼ]$/

const withParticle = (particle: string, name: string) => (elided.test(particle) ? particle + name : join(' ', particle, name))

/** Names as they stand with a particle that is elided: one word, which is searched for as such. */
export function elidedNames(person: Document): string[] {
  const pairs = [['lastnamePrefix', 'name.familyName'], ['prefixPartnerName', 'partnerName']] as const
  return pairs.map(([particle, name]) => [part(person, particle), part(person, name)] as const).filter(([particle, name]) => elided.test(particle) && name !== '').map(([particle, name]) => particle + name)
}

/** The name as one says it, or the user name when the person has none. */
export function displayName(person: Document): string | undefined {
  const partner = withParticle(part(person, 'prefixPartnerName'), part(person, 'partnerName'))
  const own = withParticle(part(person, 'lastnamePrefix'), part(person, 'name.familyName'))
  const name = join(' ', part(person, 'name.givenName'), join('-', own, partner))
  return name || part(person, 'userName') || undefined
}

/** The name as an index lists it. */
export function sortName(person: Document): string | undefined {
  const partner = withParticle(part(person, 'prefixPartnerName'), part(person, 'partnerName'))
  const family = join('-', part(person, 'name.familyName'), partner)
  const rest = join(' ', part(person, 'name.givenName'), part(person, 'name.middleName'), part(person, 'lastnamePrefix'))
  return join(', ', family, rest) || part(person, 'userName') || undefined
}
