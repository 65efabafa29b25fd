/** Which attributes of people the profile shows, by their names in the model, which knows their lengths and labels. */
import { isObject, type Attribute } from '../../../../src/model/attribute.ts'
import { addresses, phoneNumbers } from '../../../../src/model/contacts.ts'
import { user } from '../../../../src/model/user.ts'
import type { Entry } from '../../api.ts'

const pick = (attributes: readonly Attribute[], paths: readonly string[]) => paths.map((path) => attributes.find((one) => one.path === path)!)

/** Shown, for administrators to change. */
export const shown = pick(user.attributes, ['userName', 'displayName', 'title', 'employeeNumber', 'costCenter', 'locationName', 'startDate', 'lastDate', 'birthdate'])

/** Theirs to change: the texts among what `PATCH /me` takes. */
export const own = user.attributes.filter(({ selfEditable, type }) => selfEditable === true && type === 'string')

export const phoneFields = pick(phoneNumbers.attributes, ['value', 'countryCd', 'areaCd', 'phoneExt', 'description'])
export const addressFields = pick(addresses.attributes, ['name', 'address1', 'address2', 'postalCode', 'locality', 'region', 'country'])

export interface EntryKind {
  path: 'phoneNumbers' | 'addresses'
  fields: readonly Attribute[]
  limit: number
}

export const phones: EntryKind = { path: 'phoneNumbers', fields: phoneFields, limit: phoneNumbers.limit }
export const postal: EntryKind = { path: 'addresses', fields: addressFields, limit: addresses.limit }

/** An entry after its fields were filled in: what the form does not show stays as it was, and an empty field is none. */
export function filledIn(before: Entry, fields: readonly Attribute[], typed: (path: string) => string): Entry {
  const after: Entry = { ...before }
  for (const { path } of fields) {
    const value = typed(path).trim()
    if (value === '') delete after[path]
    else after[path] = value
  }
  return after
}

export const textOf = (value: unknown): string => (isObject(value) || value == null ? '' : String(value))
