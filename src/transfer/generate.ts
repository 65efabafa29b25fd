/**
 * Generated people: realistic organisations for trying the server out and for measuring it. Everything is a function of
 * the options and an index; a million people take no more memory than one. All domains end in `.example` (RFC 2606).
 *
 * To load a world: declare `generatedTypes` and `generatedElements` (generate-vocabulary.ts), write the organisations
 * and the people in their order (whoever a record refers to stands before it), then the portals and their panelists.
 */
import type { GeneratedPerson, GenerateOptions, OrganizationDocument, PortalDocument } from './generate-documents.ts'
import { layoutOf } from './generate-layout.ts'
import { personAt, portalCount } from './generate-person.ts'
import { GatehouseError } from '../errors.ts'

const portalNames = [
  'Customer Panel', 'Employee Voice', 'Partner Forum', 'Product Testers', 'Supplier Desk', 'Alumni Circle',
  'Research Community', 'Onboarding Survey', 'Beta Programme', 'Service Feedback', 'Training Campus', 'Events Club',
]

/**
 * All organisations, parents before children: companies, subsidiaries, divisions, departments (about one for every 45
 * people of a large world). Errors: `invalid_value` for options that cannot be.
 */
export function generateOrganizations(options: GenerateOptions): OrganizationDocument[] {
  return layoutOf(options).organizations.map((document) => structuredClone(document))
}

/** The portals that generated people are panelists of, numbered from 1. */
export function generatePortals(options: GenerateOptions): PortalDocument[] {
  return portalNames.slice(0, portalCount(layoutOf(options).people)).map((name, index) => ({
    id: index + 1,
    name,
    description: `Generated portal ${index + 1}.`,
  }))
}

/**
 * The person with this index, without making any other. Errors: `invalid_value` for options that cannot be and an index
 * outside 0 to people - 1.
 */
export function generatePerson(options: GenerateOptions, index: number): GeneratedPerson {
  const layout = layoutOf(options)
  if (!Number.isInteger(index) || index < 0 || index >= layout.people) {
    throw new GatehouseError('invalid_value', `index: ${index} is not a whole number from 0 to ${layout.people - 1}.`)
  }
  return personAt(layout, index)
}

/** The people from one index up to, and without, another; all of them by default. One at a time: nothing is kept. */
export function* generatePeople(options: GenerateOptions, from = 0, to = options.people): Generator<GeneratedPerson> {
  for (let index = from; index < to; index++) yield generatePerson(options, index)
}
