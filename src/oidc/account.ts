/** People as the provider sees them: there while they may sign in, with claims from the directory by scope. */
import type { Account } from 'oidc-provider'
import { accessOf } from '../access/effective.ts'
import { readUser } from '../directory/users.ts'
import { valueAt, type Document } from '../model/attribute.ts'
import { claimAttributes, mostNamed, scopesOfClaims } from '../model/oidc-scopes.ts'
import { accessPerson } from '../store/access-of-person.ts'
import { momentOf } from '../store/access-walk.ts'
import { isProvedAddress } from '../store/factors.ts'
import type { Door } from './provider-context.ts'

type Asker = Pick<Door, 'base'>

/** Whether a person may sign in, and so use what was given to them, at this moment. */
export async function mayAct({ base: { db, now } }: Asker, userId: string): Promise<boolean> {
  return (await accessPerson(db, userId, momentOf(now(), undefined)))?.active === true
}

/** The account of a person, or none for who may not sign in. */
export async function findAccount(door: Asker, userId: string): Promise<Account | undefined> {
  if (!(await mayAct(door, userId))) return undefined
  return { accountId: userId, claims: async (_use, scope, claims) => ({ sub: userId, ...(await claimsOf(door, userId, new Set([...scope.split(' '), ...scopesOfClaims(Object.keys(claims ?? {}))]))) }) }
}

/** The claims of a person that these scopes give. */
export async function claimsOf(door: Asker, userId: string, scopes: ReadonlySet<string>): Promise<Record<string, unknown>> {
  const { db } = door.base
  const parts = { email: 'emails', phone: 'phoneNumbers', address: 'addresses' } as const
  const asked = Object.entries(parts).filter(([scope]) => scopes.has(scope)).map(([, part]) => part)
  const person = scopes.has('profile') || asked.length > 0 ? await readUser(db, userId, asked) : {}
  return withoutEmpty({
    ...(scopes.has('profile') ? profileOf(person) : {}),
    ...(scopes.has('email') ? await emailOf(door, userId, primaryOf(person.emails)?.value) : {}),
    ...(scopes.has('phone') ? { phone_number: phoneOf(primaryOf(person.phoneNumbers)) } : {}),
    ...(scopes.has('address') ? { address: addressOf(primaryOf(person.addresses)) } : {}),
    ...(scopes.has('groups') ? await named(door, userId, 'Group', 'groups') : {}),
    ...(scopes.has('roles') ? await named(door, userId, 'Role', 'roles') : {}),
  })
}

function profileOf(person: Document): Record<string, unknown> {
  const mapped = Object.entries(claimAttributes).map(([claim, path]) => [claim, valueAt(person, path)] as const)
  const changed = Date.parse(String(valueAt(person, 'meta.lastModified')))
  const full = person.displayName ?? valueAt(person, 'name.formatted')
  return { name: full, ...Object.fromEntries(mapped), updated_at: Number.isNaN(changed) ? undefined : Math.floor(changed / 1000) }
}

/** The one marked primary, or else the first; none that is no longer used. */
function primaryOf(entries: unknown): Document | undefined {
  const usable = ((entries ?? []) as Document[]).filter(({ active }) => active !== false)
  return usable.find(({ primary }) => primary === true) ?? usable[0]
}

/** Verified is an address that the person has shown to be theirs: by a code or a link that went to it. */
async function emailOf({ base: { db } }: Asker, userId: string, address: unknown): Promise<Record<string, unknown>> {
  return typeof address === 'string' ? { email: address, email_verified: await isProvedAddress(db, userId, address) } : {}
}

function phoneOf(phone: Document | undefined): string | undefined {
  if (!phone) return undefined
  const code = phone.countryCd === undefined ? '' : `+${String(phone.countryCd).replace(/^\+|^00/, '')} `
  return `${code}${phone.areaCd === undefined ? '' : `${String(phone.areaCd)} `}${String(phone.value)}`
}

function addressOf(address: Document | undefined): Record<string, unknown> | undefined {
  if (!address) return undefined
  const street = [1, 2, 3, 4, 5, 6, 7].flatMap((line) => (typeof address[`address${line}`] === 'string' ? [address[`address${line}`] as string] : []))
  const found = withoutEmpty({
    street_address: street.length === 0 ? undefined : street.join('\n'), locality: address.locality, region: address.region, postal_code: address.postalCode, country: address.country,
  })
  return Object.keys(found).length === 0 ? undefined : found
}

/** Names of the groups, or roles, that somebody has by any way, up to a number that fits into a token. */
async function named(door: Asker, userId: string, type: 'Group' | 'Role', claim: string): Promise<Record<string, unknown>> {
  const { items, next } = await accessOf(door.base, userId, momentOf(door.base.now(), undefined), { type, count: mostNamed })
  return { [claim]: items.map(({ id, name }) => name ?? id).toSorted(), ...(next === undefined ? {} : { [`${claim}_truncated`]: true }) }
}

function withoutEmpty(claims: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined && value !== null && value !== ''))
}
