/** The generator: reproducible, unique, plausible, and within the limits of the model. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Attribute, Collection, Document } from '../src/model/attribute.ts'
import { valueAt } from '../src/model/attribute.ts'
import { organization } from '../src/model/organization.ts'
import { user } from '../src/model/user.ts'
import { validateDocument } from '../src/model/validate.ts'
import type { PersonDocument } from '../src/transfer/generate-documents.ts'
import { generateOrganizations, generatePeople, generatePerson, generatePortals } from '../src/transfer/generate.ts'
import { dateOf } from '../src/transfer/generate-employment.ts'
import { lettersOf, nameTables } from '../src/transfer/generate-names.ts'
import { generatedElements, generatedTypes } from '../src/transfer/generate-vocabulary.ts'

const options = { people: 3000, seed: 'test' }
const sample = [...generatePeople(options)]
const organizations = generateOrganizations(options)

// Type ids that every installation has (migrations/0004).
const seededTypes = [
  'INTERNAL_USER', 'EXTERNAL_USER', 'FULL-TIME', 'PART-TIME', 'TEMP', 'INTERN', 'CONTRACTOR', 'MANAGER',
  'SECURITY_MANAGER', 'SERVICE_REP', 'SALES_REP', 'PRIMARY_EMAIL', 'HOME_EMAIL', 'OFFICE_PHONE', 'CELL_PHONE',
  'OFFICE_ADDRESS', 'HOME_ADDRESS', 'PRIMARY_AFFILIATION', 'SECONDARY_AFFILIATION',
]

function leafPaths(value: Document, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? leafPaths(inner as Document, `${prefix}${key}.`)
      : [prefix + key])
}

/** What in a document the model would not take. */
function misfits(document: Document, attributes: readonly Attribute[], aside: readonly string[]): string[] {
  const known = new Map(attributes.map((attribute) => [attribute.path, attribute]))
  return leafPaths(document).flatMap((path) => {
    if (aside.includes(path.split('.')[0]!)) return []
    const attribute = known.get(path)
    const value = valueAt(document, path)
    if (!attribute) return [`${path} is unknown`]
    if (attribute.type === 'boolean') return typeof value === 'boolean' ? [] : [`${path}: ${String(value)}`]
    if (typeof value !== 'string' || !/^\S+( \S+)*$/.test(value)) return [`${path}: "${String(value)}"`]
    if (attribute.canonical && !attribute.canonical.includes(value)) return [`${path}: ${value} is not canonical`]
    return value.length > (attribute.length ?? Infinity) ? [`${path} is too long: ${value}`] : []
  })
}

interface Shape {
  attributes: readonly Attribute[]
  collections: readonly Collection[]
}

function misfitsOfAll(generated: object, resource: Shape): string[] {
  const document = generated as Document
  const paths = resource.collections.map(({ path }) => path)
  return [
    ...misfits(document, resource.attributes, [...paths, 'attributes']),
    ...resource.collections.flatMap(({ path, attributes, onePrimary }) => {
      const entries = (document[path] ?? []) as Document[]
      const primaries = entries.filter(({ primary }) => primary).length
      const wrong = entries.flatMap((entry) => misfits(entry, attributes, []))
      return onePrimary && primaries > 1 ? [...wrong, `${path}: two primaries`] : wrong
    }),
  ]
}

describe('names', () => {
  const byLanguage = nameTables.map((table) => [table.culture.language, table] as const)
  test.each(byLanguage)('%s: enough of them, none twice in Latin letters', (_, table) => {
    const lists = [table.given, table.family.male, table.family.female].map((names) => names.map(({ token }) => token))
    for (const tokens of lists) {
      expect(new Set(tokens).size).toBe(tokens.length)
      expect(tokens.filter((token) => !/^[a-z]+$/.test(token))).toEqual([])
    }
    expect(table.men).toBeGreaterThanOrEqual(15)
    expect(lists[0]!.length).toBeGreaterThanOrEqual(30)
    expect(lists[1]!.length).toBeGreaterThanOrEqual(40)
    const given = new Set(table.given.map(({ native }) => native.text))
    expect([...table.nicknames.keys()].filter((name) => !given.has(name))).toEqual([])
  })

  test('are those of at least 20 languages, in their own letters', () => {
    expect(new Set(nameTables.map(({ culture }) => culture.language)).size).toBeGreaterThanOrEqual(20)
    const all = nameTables.flatMap((table) => [...table.given, ...table.family.male])
    const text = all.map(({ native }) => native.text).join(' ')
    const scripts = ['Greek', 'Cyrillic', 'Arabic', 'Hebrew', 'Devanagari', 'Han', 'Hangul', 'Hiragana']
    expect(scripts.filter((script) => !new RegExp(`\\p{Script=${script}}`, 'u').test(text))).toEqual([])
  })

  test('split off Dutch prefixes and keep apostrophes', () => {
    const dutch = nameTables.find(({ culture }) => culture.language === 'nl')!
    expect(dutch.family.male.map(({ native }) => native)).toEqual(expect.arrayContaining([
      { prefix: 'van der', text: 'Meer' }, { prefix: "van 't", text: 'Hof' }, { prefix: "'s", text: 'Gravendijk' },
      { text: 'Bakker' },
    ]))
  })

  test.each([
    ['Müller', true, 'mueller'], ['Öberg', false, 'oberg'], ['Weiß', true, 'weiss'], ['Łukasz', false, 'lukasz'],
    ['Nguyễn', false, 'nguyen'], ['Işık', false, 'isik'], ['İnce', false, 'ince'], ["O'Brien", false, 'obrien'],
    ['Ṣóyínká', false, 'soyinka'], ['Đặng', false, 'dang'], ['Søren', false, 'soren'],
    ['Anne-Sophie', false, 'annesophie'],
  ])('%s in the letters of an address', (name, german, letters) => {
    expect(lettersOf(name, german)).toBe(letters)
  })
})

describe('the same seed', () => {
  test('gives the same world, whichever person is asked for first', () => {
    const last = generatePerson(options, 2999)
    generatePerson({ people: 50, seed: 9 }, 3)
    expect(generatePerson(options, 2999)).toEqual(last)
    expect(last).toEqual(sample[2999])
    expect(generateOrganizations(options)).toEqual(organizations)
  })

  test('stays what it was: a change here changes everyone\'s test data', () => {
    const hash = createHash('sha256')
    for (const person of generatePeople({ people: 300, seed: 1 })) hash.update(JSON.stringify(person))
    expect(hash.digest('hex').slice(0, 16)).toBe('870cd105972ceb39')
  })

  test('another seed gives another world', () => {
    const other = generatePerson({ ...options, seed: 'other' }, 7).document
    expect(other.id).not.toBe(sample[7]!.document.id)
    expect(other.userName).not.toBe(sample[7]!.document.userName)
  })

  test('handing out a document and changing it does no harm', () => {
    generateOrganizations(options)[0]!.attributes.trade = 'changed'
    generatePerson(options, 5).document.emails[0]!.value = 'changed'
    expect(generateOrganizations(options)).toEqual(organizations)
    expect(generatePerson(options, 5)).toEqual(sample[5])
  })
})

describe('people', () => {
  test('fit the model in every attribute', () => {
    expect(sample.flatMap(({ document }) => misfitsOfAll(document, user))).toEqual([])
    for (const { document } of sample) expect(validateDocument(user, document, undefined, true)).toMatchObject(document)
  })

  test('have ids in the shape of UUID version 7, ascending', () => {
    const ids = sample.map(({ document }) => document.id)
    expect(ids.filter((id) => !/^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/.test(id))).toEqual([])
    expect([...ids].sort()).toEqual(ids)
    expect(new Set([...ids, ...organizations.map(({ id }) => id)]).size).toBe(ids.length + organizations.length)
  })

  test('hold no character beyond 16 bits and no decomposed text', () => {
    const texts = sample.map(({ document }) => JSON.stringify(document))
    expect(texts.filter((text) => /[\ud800-\udfff]/.test(text) || text !== text.normalize('NFC'))).toEqual([])
  })

  test('use only declared types and attributes', () => {
    const types = new Set([...seededTypes, ...generatedTypes.map(({ id }) => id)])
    const ofPeople = generatedElements.filter(({ typeId }) => typeId === 'DEFAULT_USER')
    const elements = new Map(ofPeople.map((element) => [element.name, element]))
    for (const { document } of sample) {
      const entries = [...document.emails, ...document.phoneNumbers, ...document.addresses, ...document.affiliations]
      const used = [document.typeId, document.employeeType, document.jobCode, ...entries.map(({ type }) => type)]
      expect(used.filter((type) => !types.has(type))).toEqual([])
      for (const [name, value] of Object.entries(document.attributes)) {
        const element = elements.get(name)
        expect(element?.multiValued).toBe(Array.isArray(value))
        const values = [value].flat()
        if (element?.validValues) expect(values.filter((one) => !element.validValues!.includes(one))).toEqual([])
        if (element?.validator) expect(values[0]).toMatch(new RegExp(`^(?:${element.validator})$`))
      }
    }
  })

  test('show every situation a directory has to deal with', () => {
    const share = (holds: (document: PersonDocument) => unknown) =>
      sample.filter(({ document }) => holds(document)).length / sample.length
    expect(share(({ status, secondaryStatus }) => status === 'ACTIVE' && !secondaryStatus)).toBeGreaterThan(0.85)
    for (const status of ['PENDING_START_DATE', 'TERMINATED', 'RETIRED', 'LEAVE_OF_ABSENCE', 'PENDING_INITIAL_LOGIN']) {
      expect(share((document) => document.status === status)).toBeGreaterThan(0)
    }
    for (const secondary of ['DISABLED', 'LOCKED']) {
      expect(share(({ secondaryStatus }) => secondaryStatus === secondary)).toBeGreaterThan(0)
    }
    const rare = [
      'partnerName', 'prefixPartnerName', 'lastnamePrefix', 'maidenName', 'nickName', 'alternateId',
    ] as const
    for (const key of rare) expect(share((document) => document[key])).toBeGreaterThan(0)
    const parts = ['middleName', 'honorificPrefix', 'honorificSuffix'] as const
    for (const key of parts) expect(share(({ name }) => name[key])).toBeGreaterThan(0)
    expect(share(({ sex }) => sex === 'F')).toBeGreaterThan(0.4)
    expect(share(({ sex }) => sex === 'M')).toBeGreaterThan(0.4)
    expect(share(({ name }) => name.familyName.includes("'"))).toBeGreaterThan(0)
    expect(share(({ attributes }) => (attributes.skills?.length ?? 0) > 1)).toBeGreaterThan(0.3)
  })

  test('have dates that agree with their status', () => {
    const today = '2026-01-01'
    for (const { document: { status, startDate, lastDate, birthdate } } of sample) {
      expect(startDate > today).toBe(status === 'PENDING_START_DATE')
      expect(lastDate !== undefined && lastDate < today).toBe(status === 'TERMINATED' || status === 'RETIRED')
      if (lastDate) expect(lastDate >= startDate).toBe(true)
      if (birthdate) expect(Number(startDate.slice(0, 4)) - Number(birthdate.slice(0, 4))).toBeGreaterThanOrEqual(17)
    }
  })

  test('take the day they are reckoned from as given', () => {
    const people = [...generatePeople({ ...options, people: 400, today: '2024-02-29' })]
    const starters = people.filter(({ document }) => document.status === 'PENDING_START_DATE')
    expect(starters.length).toBeGreaterThan(0)
    for (const { document: { startDate } } of starters) {
      expect(startDate > '2024-02-29' && startDate < '2024-06-01').toBe(true)
    }
  })
})

describe('organisations', () => {
  const byId = new Map(organizations.map((document) => [document.id, document]))
  const below: Record<string, string[]> = {
    ORGANIZATION: ['SUBSIDIARY', 'DIVISION', 'DEPARTMENT'], SUBSIDIARY: ['DIVISION'], DIVISION: ['DEPARTMENT'],
  }

  test('fit the model in every attribute', () => {
    expect(organizations.flatMap((document) => misfitsOfAll(document, organization))).toEqual([])
    for (const document of organizations) {
      expect(validateDocument(organization, document, undefined, true)).toMatchObject(document)
    }
  })

  test.each([10, 3000, 60_000])('of %i people nest as allowed, parents first, siblings told apart', (people) => {
    const all = generateOrganizations({ people, seed: 3 })
    const seen = new Map<string, string>()
    const names = new Set<string>()
    for (const { id, name, organizationType, parents } of all) {
      const parent = parents[0]?.organization
      if (parent === undefined) expect(organizationType).toBe('ORGANIZATION')
      else expect(below[seen.get(parent)!]).toContain(organizationType)
      names.add(`${parent} ${name}`)
      seen.set(id, organizationType)
    }
    expect(names.size).toBe(all.length)
    expect(new Set(all.map(({ alias }) => alias)).size).toBe(all.length)
    if (people === 60_000) expect(new Set(all.map(({ organizationType }) => organizationType)).size).toBe(4)
  })

  test('have people: each in a department below the company that owns the record, none empty', () => {
    const filled = new Set<string>()
    for (const { document } of sample) {
      let at = byId.get(document.affiliations[0]!.organization)!
      expect(at.organizationType).toBe('DEPARTMENT')
      filled.add(at.id)
      while (at.parents[0]) at = byId.get(at.parents[0].organization)!
      expect(at.id).toBe(document.companyOwnerId)
      expect(document.emails[0]!.value.endsWith(`@${at.domainName}`)).toBe(true)
    }
    expect(filled.size).toBe(organizations.filter(({ organizationType }) => organizationType === 'DEPARTMENT').length)
  })
})

describe('supervisors', () => {
  test.each([1, 10, 3000])('of %i people form a tree for each company, at most eight reports in a team', (people) => {
    const everyone = [...generatePeople({ people, seed: 3 })]
    const reports = new Map<number, number>()
    let heads = 0
    everyone.forEach(({ document, supervisorIndex }, index) => {
      if (supervisorIndex === null) {
        heads++
        expect(document.supervisors).toEqual([])
        return
      }
      const supervisor = everyone[supervisorIndex]!.document
      expect(supervisorIndex).toBeLessThan(index)
      expect(document.supervisors).toEqual([{ supervisor: supervisor.id, primary: true }])
      expect([supervisor.companyOwnerId, supervisor.status]).toEqual([document.companyOwnerId, 'ACTIVE'])
      if (supervisor.affiliations[0]!.organization === document.affiliations[0]!.organization) {
        reports.set(supervisorIndex, (reports.get(supervisorIndex) ?? 0) + 1)
      }
    })
    expect(heads).toBe(new Set(everyone.map(({ document }) => document.companyOwnerId)).size)
    expect(Math.max(0, ...reports.values())).toBeLessThanOrEqual(8)
  })
})

describe('portals', () => {
  test('have about a third of the people, one to three each, and none who have left', () => {
    const known = generatePortals(options).map(({ id }) => id)
    const members = sample.filter(({ portals }) => portals.length > 0)
    expect(members.length / sample.length).toBeGreaterThan(0.25)
    expect(members.length / sample.length).toBeLessThan(0.45)
    expect(new Set(members.flatMap(({ portals }) => portals))).toEqual(new Set(known))
    expect(new Set(members.map(({ portals }) => portals.length))).toEqual(new Set([1, 2, 3]))
    for (const { portals } of sample) expect([...new Set(portals)].sort((a, b) => a - b)).toEqual(portals)
    expect(members.filter(({ document }) => document.status === 'TERMINATED')).toEqual([])
  })
})

describe('many people', () => {
  test('100,000 have logins and addresses of their own, numbers only where a name comes again', () => {
    const taken = new Set<string>()
    let entries = 0
    let numbered = 0
    let longest = 0
    for (const { document } of generatePeople({ people: 100_000, seed: 42 })) {
      const values = new Set([document.userName, ...document.emails.map(({ value }) => value)])
      for (const value of values) taken.add(value)
      entries += values.size
      if (/\d@/.test(document.emails[0]!.value)) numbered++
      longest = Math.max(longest, document.emails[0]!.value.indexOf('@'))
    }
    expect(taken.size).toBe(entries)
    const plain = /^([a-z]+\.[a-z]+[0-9a-z.]*@[a-z-]+\.example|[a-z]{4}\d{6})$/
    expect([...taken].filter((value) => !plain.test(value))).toEqual([])
    expect(numbered / 100_000).toBeLessThan(0.3)
    expect(longest).toBeLessThanOrEqual(64)
  })

  test('the last of ten million is made without the others', () => {
    const { document, supervisorIndex } = generatePerson({ people: 10_000_000, seed: 1 }, 9_999_999)
    expect(misfitsOfAll(document, user)).toEqual([])
    expect(supervisorIndex).toBeGreaterThan(9_000_000)
  })
})

describe('what cannot be', () => {
  const refusal = expect.objectContaining({ code: 'invalid_value' })

  test.each([
    [0, '2026-01-01'], [1.5, '2026-01-01'], [10_000_001, '2026-01-01'], [10, '2026-02-30'], [10, 'today'],
  ])('%s people on %s', (people, today) => {
    expect(() => generateOrganizations({ people, seed: 1, today })).toThrow(refusal)
  })

  test.each([-1, 3000, 0.5])('person %s of 3,000', (index) => {
    expect(() => generatePerson(options, index)).toThrow(refusal)
  })
})

test('days become dates as the calendar has them', () => {
  for (let day = -40_000; day < 60_000; day += 13) {
    expect(dateOf(day)).toBe(new Date(day * 86_400_000).toISOString().slice(0, 10))
  }
})
