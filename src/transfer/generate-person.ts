/** One generated person: drawn from the seed and the index alone. */
import type { GeneratedPerson, PersonDocument } from './generate-documents.ts'
import { addressesOf, emailsOf, phonesOf } from './generate-contacts.ts'
import { dateOf, employmentOf, instantOf, jobOf, type Employment } from './generate-employment.ts'
import { departmentOf, span, type Department, type Layout } from './generate-layout.ts'
import { namesOfShare, shareAt, withPrefix, type NameTable, type PersonNames } from './generate-names.ts'
import { bitsOf, chance, diceFor, idOf, pick, roll, streams, type Dice } from './generate-random.ts'

interface Draft {
  layout: Layout
  index: number
  dice: Dice
  department: Department
  /** The table that the names come from. */
  table: NameTable
  names: PersonNames
  employment: Employment
  leads: boolean
}

const padded = (number: number, length: number) => String(number).padStart(length, '0')

function draftOf(layout: Layout, index: number): Draft {
  const dice = diceFor(layout.seed, streams.person, index)
  const department = departmentOf(layout, index)
  const { company } = department
  const share = shareAt(company.table, index - company.first, company.mixture)
  const { table } = share
  // Home is where the letters are: a Greek name is written in Greek in a Greek company, in Latin letters elsewhere.
  const names = namesOfShare(share, company.mixture, table === company.table, dice)
  const leads = index === department.first || (index - department.first) * span + 1 < department.size
  return { layout, index, dice, department, table, names, employment: employmentOf(dice, layout.today, leads), leads }
}

/** Who supervises a person; -1 for the head of a company. */
function supervisorOf(department: Department, index: number): number {
  if (index === department.first) return department.supervisor
  return department.first + Math.floor((index - department.first - 1) / span)
}

function nameOf(names: PersonNames): PersonDocument['name'] {
  const { text } = names.family
  const name: PersonDocument['name'] = {
    familyName: names.secondFamily === undefined ? text : `${text} ${withPrefix(names.secondFamily)}`,
    givenName: names.given,
  }
  if (names.middle !== undefined) name.middleName = names.middle
  if (names.prefix !== undefined) name.honorificPrefix = names.prefix
  if (names.suffix !== undefined) name.honorificSuffix = names.suffix
  return name
}

function addNames(document: PersonDocument, names: PersonNames): void {
  if (names.family.prefix !== undefined) document.lastnamePrefix = names.family.prefix
  if (names.partner !== undefined) {
    document.partnerName = names.partner.text
    if (names.partner.prefix !== undefined) document.prefixPartnerName = names.partner.prefix
  }
  if (names.maiden !== undefined) document.maidenName = names.maiden
  if (names.nickName !== undefined) document.nickName = names.nickName
}

function attributesOf({ dice, department, index, employment, layout, table }: Draft): PersonDocument['attributes'] {
  const { skills } = department.kind
  const start = roll(dice, skills.length)
  const step = 1 + 2 * roll(dice, 2)
  const known = Array.from({ length: roll(dice, 4) }, (_, n) => skills[(start + n * step) % skills.length]!)
  const attributes: PersonDocument['attributes'] = {
    department: department.name,
    badgeNumber: `B${padded(index + 1, 8)}`,
  }
  if (known.length > 0) attributes.skills = [...new Set(known)].sort()
  if (employment.start <= layout.today) attributes.badgeIssued = dateOf(employment.start)
  attributes.preferredLanguage = chance(dice, 50) ? table.culture.language : department.company.table.culture.language
  return attributes
}

function affiliationsOf({ dice, department, employment, layout }: Draft): PersonDocument['affiliations'] {
  const start = instantOf(employment.start)
  const primary: PersonDocument['affiliations'][number] = {
    organization: department.organizationId, type: 'PRIMARY_AFFILIATION', start,
  }
  if (employment.last !== undefined) primary.end = instantOf(employment.last + 1)
  if (!chance(dice, 4)) return [primary]
  const other = pick(dice, layout.departments)
  if (other === department || employment.start > layout.today) return [primary]
  const second: PersonDocument['affiliations'][number] = {
    organization: other.organizationId, type: 'SECONDARY_AFFILIATION', start,
  }
  second.end = primary.end ?? instantOf(layout.today + 30 + roll(dice, 300))
  return [primary, second]
}

/** Half a percent are away, and their supervisor acts for them. */
function addAbsence(document: PersonDocument, { dice, layout }: Draft): void {
  const supervisor = document.supervisors[0]?.supervisor
  if (supervisor === undefined || document.status !== 'ACTIVE' || !chance(dice, 0.5)) return
  const from = layout.today - roll(dice, 7)
  document.alternateId = supervisor
  document.alternateStartDate = instantOf(from)
  document.alternateEndDate = instantOf(from + 8 + roll(dice, 20))
}

const portalShare = 35

/** How many portals a world of so many people has: 3 for ten, 6 for 2,000, 11 for a million. */
export function portalCount(people: number): number {
  return Math.min(12, 2 + Math.max(1, Math.floor(Math.log10(people) * 1.5)))
}

function portalsOf({ dice, employment, layout }: Draft): number[] {
  if (employment.status === 'TERMINATED' || employment.status === 'RETIRED' || !chance(dice, portalShare)) return []
  const count = portalCount(layout.people)
  const wanted = chance(dice, 70) ? 1 : chance(dice, 70) ? 2 : 3
  // The lower of two draws: the first portals are the large ones.
  const first = Math.min(roll(dice, count), roll(dice, count))
  const portals: number[] = []
  for (let n = 0; n < wanted; n++) portals.push(((first + n) % count) + 1)
  return portals.sort((a, b) => a - b)
}

function documentOf(draft: Draft, supervisor: number): PersonDocument {
  const { layout, index, dice, department, names, employment, leads } = draft
  const { company, place } = department
  const number = padded(index - company.first + 1, 6)
  const workAddress = `${names.login}@${company.domain}`
  const document: PersonDocument = {
    id: idOf(layout.seed, 'person', index),
    userName: company.numberedLogins ? company.code + number : workAddress,
    name: nameOf(names),
    status: employment.status,
    typeId: employment.employeeType === 'CONTRACTOR' ? 'EXTERNAL_USER' : 'INTERNAL_USER',
    employeeType: employment.employeeType,
    ...jobOf(dice, department, index - department.first, leads, employment.employeeType === 'INTERN'),
    employeeNumber: `${company.code.toUpperCase()}-${number}`,
    costCenter: `CC${padded(1000 + (bitsOf(0, streams.department, department.first) & 0xfff), 4)}`,
    mailCode: `${place.code}/${1 + roll(dice, 40)}`,
    locationCd: place.code,
    locationName: place.city,
    companyOwnerId: department.companyId,
    startDate: dateOf(employment.start),
    emails: emailsOf(dice, workAddress, names, index),
    phoneNumbers: phonesOf(dice, department),
    addresses: addressesOf(dice, department),
    attributes: attributesOf(draft),
    affiliations: affiliationsOf(draft),
    supervisors: supervisor < 0 ? [] : [{ supervisor: idOf(layout.seed, 'person', supervisor), primary: true }],
  }
  if (employment.secondaryStatus !== undefined) document.secondaryStatus = employment.secondaryStatus
  if (employment.last !== undefined) document.lastDate = dateOf(employment.last)
  if (!chance(dice, 8)) document.birthdate = dateOf(employment.birth)
  if (!chance(dice, 8)) document.sex = names.sex
  if (chance(dice, 0.5)) document.isVisible = false
  return document
}

/** The person with this index (0 to people - 1) of a layout. */
export function personAt(layout: Layout, index: number): GeneratedPerson {
  const draft = draftOf(layout, index)
  const supervisor = supervisorOf(draft.department, index)
  const document = documentOf(draft, supervisor)
  addNames(document, draft.names)
  addAbsence(document, draft)
  return { document, portals: portalsOf(draft), supervisorIndex: supervisor < 0 ? null : supervisor }
}
