/**
 * The last guard against secrets in the audit. Callers leave them out (a change without values says that a secret was
 * changed); whoever forgets gets an error here, before anything is written: a defect of ours, so it answers as one.
 */
import { isObject, type Attribute } from '../model/attribute.ts'
import type { FieldChange } from '../model/document-diff.ts'
import { organization } from '../model/organization.ts'
import { user } from '../model/user.ts'

/** Secrets of verbs that no attribute list knows: a value under one of these names is never written. */
const secretNames = [
  'password',
  'currentPassword',
  'newPassword',
  'oneTimePassword',
  'passwordHash',
  'apiKey',
  'apiToken',
  'clientSecret',
  'privateKey',
  'masterKey',
]

const secretPaths = new Set([
  ...secretNames,
  ...[user, organization].flatMap(({ attributes, collections }) => [
    ...secretsOf(attributes),
    ...collections.flatMap((collection) =>
      secretsOf(collection.attributes).map((path) => `${collection.path}.${path}`),
    ),
  ]),
])

function secretsOf(attributes: readonly Attribute[]): string[] {
  return attributes.filter((one) => one.sensitivity === 'secret').map((one) => one.path)
}

const anySecretKey = new RegExp(
  `"(?:${[...new Set([...secretPaths].map((path) => path.split('.').at(-1)))].join('|')})":`,
)

/** Refuses changes that carry the value of a secret; `json` is their JSON text. */
export function refuseSecrets(changes: readonly FieldChange[], json: string): void {
  for (const { path, before, after } of changes) {
    if ((before === undefined || before === null) && (after === undefined || after === null)) continue
    if (path !== '' && isSecret(path)) throw leak(path)
  }
  // Whole documents are walked only if a secret's name stands in the text at all.
  if (!anySecretKey.test(json)) return
  for (const { path, before, after } of changes) {
    refuseInside(before, plain(path))
    refuseInside(after, plain(path))
  }
}

/** Custom attributes are named by administrators, who mark the sensitive ones; their names mean nothing here. */
function refuseInside(value: unknown, path: string): void {
  if (Array.isArray(value)) for (const entry of value) refuseInside(entry, path)
  if (!isObject(value)) return
  for (const [name, inner] of Object.entries(value)) {
    if (name === 'attributes' || inner === null || inner === undefined) continue
    const at = path === '' ? name : `${path}.${name}`
    if (isSecret(at)) throw leak(at)
    refuseInside(inner, at)
  }
}

function isSecret(path: string): boolean {
  const at = plain(path)
  if (/(^|\.)attributes\./.test(at)) return false
  return secretPaths.has(at) || secretNames.includes(at.slice(at.lastIndexOf('.') + 1))
}

/** `logins[1f].password` → `logins.password`. */
function plain(path: string): string {
  return path.includes('[') ? path.replace(/\[[^\]]*\]/g, '') : path
}

function leak(path: string): Error {
  return new Error(`An audit event was about to carry the secret ${path}; its verb must leave the value out.`)
}
