/** A generated world goes through the ordinary verbs, and is read back as it was made. */
import { expect, test } from 'vitest'
import { createElement, createType } from '../src/directory/metadata.ts'
import { createOrganizations, newOrganization } from '../src/directory/organizations.ts'
import { createUsers, newUser, readUser } from '../src/directory/users.ts'
import type { Document } from '../src/model/attribute.ts'
import { addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { generateOrganizations, generatePeople, generatePortals } from '../src/transfer/generate.ts'
import { generatedElements, generatedTypes } from '../src/transfer/generate-vocabulary.ts'
import { testContext } from './context.ts'

const ctx = await testContext()
const options = { people: 150, seed: 'load' }

const collections = ['emails', 'phoneNumbers', 'addresses', 'affiliations', 'supervisors']

/** Lists of a collection come back in an order of their own. */
function inOrder(document: Document): Document {
  const order = (name: string) => (document[name] as object[]).toSorted((a, b) => keyOf(a).localeCompare(keyOf(b)))
  return { ...document, ...Object.fromEntries(collections.map((name) => [name, order(name)])) }
}

const keyOf = (entry: object) => `${'type' in entry ? entry.type : ''}${'organization' in entry ? entry.organization : ''}`

test('150 people with their organisations and portals', async () => {
  for (const type of generatedTypes) await createType(ctx, type)
  for (const element of generatedElements) await createElement(ctx, element)
  await createOrganizations(ctx, generateOrganizations(options).map((document) => newOrganization(ctx, document, true)))
  const people = [...generatePeople(options)]
  const documents: Document[] = []
  for (const { document } of people) documents.push(await newUser(ctx, document, true))
  await createUsers(ctx, documents)
  for (const { id, ...portal } of generatePortals(options)) {
    const members = people.filter(({ portals }) => portals.includes(id)).map(({ document }) => document.id)
    await addPortalUsers(ctx, (await createPortal(ctx, portal)).id, members)
  }
  for (const { document } of people) {
    const read = await readUser(ctx.db, document.id, collections)
    expect(inOrder(read)).toMatchObject(inOrder({ ...document }))
  }
})
