/** Addresses of the internet as signing in sees them: who guesses, and where a person usually comes from. */

/** The eight groups of an IPv6 address, or undefined. */
function groupsOf(address: string): number[] | undefined {
  const [head = '', tail] = address.split('%')[0]!.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const [first, last] = [groups(head), groups(tail ?? '')]
  const all = tail === undefined ? first : [...first, ...Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => 0), ...last]
  return all.length === 8 && all.every((group) => group >= 0 && group <= 0xffff) ? all : undefined
}

/** `10.1.2.3` of `10.1.2.3` and of `::ffff:10.1.2.3`. */
const fourOf = (address: string): string | undefined => /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1]

function prefix(address: string, four: number, six: number): string {
  const short = fourOf(address)
  if (short !== undefined) return short.split('.').slice(0, four).join('.')
  return groupsOf(address)?.slice(0, six).map((group) => group.toString(16)).join(':') ?? address
}

/** Whom guesses are counted for: one IPv4 address, or the /64 of an IPv6 address, which one subscriber has whole. */
export const guesserOf = (address: string): string => prefix(address, 4, 4)

/** The network that a person comes from: /24, or /48 of IPv6. */
export const networkOf = (address: string): string => prefix(address, 3, 3)
