/** People as the provider sees them: there while they may sign in, with claims from the directory by scope. */
import type { Account } from 'oidc-provider'
import { accessOf } from '../access/effective.ts'
import { readUser } from '../directory/users.ts'
import { evaluate, type Expression } from '../model/account-expression.ts'
import { sourcesOf, type Mapping } from '../model/account-mapping.ts'
import { accountSource } from '../model/account-sources.ts'
import { valueAt, type Document } from '../model/attribute.ts'
import { languageTag } from '../model/languages.ts'
import { claimAttributes, mostNamed, scopesOfClaims } from '../model/oidc-scopes.ts'
import { fromColumn } from '../model/rows.ts'
import { accessPerson } from '../store/access-of-person.ts'
import { momentOf } from '../store/access-walk.ts'
import { personSources } from '../store/account-sources.ts'
import { toIsoInstant } from '../store/database.ts'
import { isProvedAddress, isProvedNumber } from '../store/factors.ts'
import type { OwnMetadata } from './client-metadata.ts'
import type { Door } from './provider-context.ts'

type Asker = Pick<Door, 'base'>

/** Whether a person may sign in, and so use what was given to them, at this moment. */
export async function mayAct({ base: { db, now } }: Asker, userId: string): Promise<boolean> {
  return (await accessPerson(db, userId, momentOf(now(), undefined)))?.active === true
}

/** The account of a person as a client sees it, or none for who may not sign in. */
export async function findAccount(door: Asker, userId: string, client: unknown): Promise<Account | undefined> {
  if (!(await mayAct(door, userId))) return undefined
  return {
    accountId: userId,
    async claims(_use, scope, claims) {
      const scopes = scope.split(' ')
      const own = scopes.includes('profile') && client ? (client as OwnMetadata).own_claims : []
      return { sub: userId, ...(await claimsOf(door, userId, new Set([...scopes, ...scopesOfClaims(Object.keys(claims ?? {}))]))), ...(await ownClaimsOf(door, userId, own)) }
    },
  }
}

/** What a client has claims of its own for. */
async function ownClaimsOf({ base: { db } }: Asker, userId: string, rules: Mapping): Promise<Record<string, unknown>> {
  if (rules.length === 0) return {}
  const values = await personSources(db, userId, sourcesOf(rules))
  return withoutEmpty(Object.fromEntries(rules.map(({ target, value }) => [target, asShown(value, evaluate(value, values))])))
}

/** What stands for itself is as the API has it; what is made of several, or of a custom attribute, is a text. */
function asShown(made: Expression, value: string | null): unknown {
  if (value === null) return undefined
  const source = typeof made === 'string' ? accountSource(made) : null
  const attribute = source?.kind === 'plain' ? source.attribute : source?.kind === 'entry' ? source.collection.attributes.find(({ path }) => path === source.value) : undefined
  if (!attribute) return value
  switch (attribute.type) {
    case 'dateTime':
      return toIsoInstant(value)
    case 'integer':
    case 'decimal':
      return Number(value)
    default:
      return fromColumn(attribute, value)
  }
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
    ...(scopes.has('phone') ? await phoneOf(door, userId, primaryOf(person.phoneNumbers)) : {}),
    ...(scopes.has('address') ? { address: addressOf(primaryOf(person.addresses)) } : {}),
    ...(scopes.has('groups') ? await named(door, userId, 'Group', 'groups') : {}),
    ...(scopes.has('roles') ? await named(door, userId, 'Role', 'roles') : {}),
  })
}

function profileOf(person: Document): Record<string, unknown> {
  const mapped = Object.entries(claimAttributes).map(([claim, path]) => [claim, valueAt(person, path)] as const)
  const changed = Date.parse(String(valueAt(person, 'meta.lastModified')))
  const full = person.displayName ?? valueAt(person, 'name.formatted')
  return { name: full, ...Object.fromEntries(mapped), locale: languageTag(person.preferredLanguage), updated_at: Number.isNaN(changed) ? undefined : Math.floor(changed / 1000) }
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

/** Verified is a number that the person proves by codes that they are reached by. */
async function phoneOf({ base: { db } }: Asker, userId: string, phone: Document | undefined): Promise<Record<string, unknown>> {
  if (!phone) return {}
  const { countryCd = null, areaCd = null, value } = phone as { countryCd?: string; areaCd?: string; value: string }
  const code = countryCd === null ? '' : `+${countryCd.replace(/^\+|^00/, '')} `
  const verified = await isProvedNumber(db, userId, { country: countryCd, area: areaCd, number: value })
  return { phone_number: `${code}${areaCd === null ? '' : `${areaCd} `}${value}`, phone_number_verified: verified }
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
