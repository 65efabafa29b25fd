/**
 * Where everyone sits: companies, their subsidiaries, divisions and departments, and which people fill them. People of
 * one department have consecutive indexes, departments of one division too, so that a person's place is found by
 * halving and nothing is kept for each person.
 *
 *   ORGANIZATION ─┬─ DEPARTMENT (executive office)
 *                 ├─ DIVISION ── DEPARTMENT …
 *                 └─ SUBSIDIARY ── DIVISION ── DEPARTMENT …
 *
 * The first person of a department heads it, and the head of a division's first department heads the division, that of
 * a company's first division the company. Within a department each person at place k > 0 reports to the one at
 * (k - 1) / 8. A supervisor therefore always has a smaller index: the relation is a tree.
 */
import { companiesFor, cut, type Company, type Place } from './generate-companies.ts'
import type { GenerateOptions, OrganizationDocument } from './generate-documents.ts'
import { diceFor, fraction, idOf, pick, roll, seedOf, streams, type Dice } from './generate-random.ts'
import { divisionKinds, regions, type DivisionKind } from './generate-work.ts'
import { GatehouseError } from '../errors.ts'

export type Rank = 'company' | 'subsidiary' | 'division' | 'department'

export interface Department {
  organizationId: string
  companyId: string
  company: Company
  name: string
  division: string
  kind: DivisionKind
  place: Place
  first: number
  size: number
  /** What its first person heads. */
  rank: Rank
  /** Whom its first person reports to; -1 for the head of a company. */
  supervisor: number
}

export interface Layout {
  key: string
  seed: number
  people: number
  /** Days since 1970-01-01. */
  today: number
  organizations: OrganizationDocument[]
  companies: Company[]
  departments: Department[]
}

interface Work {
  layout: Layout
  dice: Dice
  company: Company
  companyId: string
  /** The ends of the company's departments, counted from its first person. */
  ends: number[]
}

/** So many people report to one. */
export const span = 8

const escapeDn = (text: string) => text.replace(/[\\,+"<>;=#]/g, (character) => `\\${character}`)

function addOrganization(
  { layout, company }: Work,
  type: OrganizationDocument['organizationType'],
  name: string,
  parent: OrganizationDocument | null,
): OrganizationDocument {
  const number = layout.organizations.length
  const document: OrganizationDocument = {
    id: idOf(layout.seed, 'organization', number),
    name,
    alias: `${company.code}-${number}`.toUpperCase(),
    description: parent === null ? `${company.trade}, ${company.country.code}` : `${name}, part of ${parent.name}`,
    status: 'ACTIVE',
    ldapStr: parent === null
      ? `o=${escapeDn(company.root)}`
      : `ou=${escapeDn(name)},${parent.ldapStr}`,
    classification: parent === null ? 'company' : type === 'SUBSIDIARY' ? 'subsidiary' : 'unit',
    organizationType: type,
    isSelectable: type !== 'SUBSIDIARY',
    parents: parent === null ? [] : [{ organization: parent.id }],
    attributes: { internalId: `O${String(number).padStart(7, '0')}`, trade: company.trade },
  }
  if (parent === null) document.domainName = company.domain
  layout.organizations.push(document)
  return document
}

interface Seat {
  organization: OrganizationDocument
  kind: DivisionKind
  division: string
  rank: Rank
  supervisor: number
}

function addDepartment(work: Work, number: number, seat: Seat): Department {
  const { company, layout } = work
  const start = work.ends[number - 1] ?? 0
  const department: Department = {
    organizationId: seat.organization.id,
    companyId: work.companyId,
    company,
    name: seat.organization.name,
    division: seat.division,
    kind: seat.kind,
    place: pick(work.dice, company.places),
    first: company.first + start,
    size: work.ends[number]! - start,
    rank: seat.rank,
    supervisor: seat.supervisor,
  }
  layout.departments.push(department)
  return department
}

const uneven = (dice: Dice, count: number) => Array.from({ length: count }, () => 0.5 + fraction(dice))
const repeated = (name: string, round: number) => (round === 0 ? name : `${name} ${round + 1}`)

/** What divisions are put below: departments number `from` to (without) `to` of the company. */
interface Branch {
  parent: OrganizationDocument
  from: number
  to: number
  /** What the first person of the first department heads. */
  rank: Rank
  /** Whom that person reports to. */
  superior: number
}

/** Divisions with their departments. */
function addDivisions(work: Work, { parent, from, to, rank: topRank, superior }: Branch): void {
  const { dice } = work
  const offset = roll(dice, divisionKinds.length)
  const ends = cut(to - from, uneven(dice, Math.max(1, Math.round((to - from) / 6))))
  let head = superior
  ends.forEach((end, index) => {
    const kind = divisionKinds[(offset + index) % divisionKinds.length]!
    const round = Math.floor(index / divisionKinds.length)
    const region = regions[(round - 1) % regions.length]
    const name = round === 0 ? kind.name : repeated(`${kind.name} ${region}`, Math.floor((round - 1) / regions.length))
    const division = addOrganization(work, 'DIVISION', name, parent)
    let divisionHead = head
    for (let number = from + (ends[index - 1] ?? 0), place = 0; number < from + end; number++, place++) {
      const { length } = kind.departments
      const title = repeated(kind.departments[place % length]!, Math.floor(place / length))
      const organization = addOrganization(work, 'DEPARTMENT', title, division)
      const rank = place > 0 ? 'department' : index === 0 ? topRank : 'division'
      const seat = { organization, kind, division: name, rank, supervisor: divisionHead }
      const { first } = addDepartment(work, number, seat)
      if (place > 0) continue
      divisionHead = first
      if (index === 0 && topRank !== 'division') head = first
    }
  })
}

function addSubsidiaries(work: Work, parent: OrganizationDocument, from: number, count: number): void {
  const { company, ends } = work
  cut(ends.length - from, uneven(work.dice, count)).forEach((end, index, all) => {
    const place = company.country.places[index % company.country.places.length]!
    const subsidiary = addOrganization(work, 'SUBSIDIARY', `${company.root} ${place.city}`, parent)
    const start = from + (all[index - 1] ?? 0)
    addDivisions(work, { parent: subsidiary, from: start, to: from + end, rank: 'subsidiary', superior: company.first })
  })
}

function addCompany(layout: Layout, company: Company): void {
  const dice = diceFor(layout.seed, streams.department, company.index)
  const departmentSize = Math.min(150, Math.max(5, company.size ** 0.42))
  const count = Math.max(1, Math.round(company.size / departmentSize))
  const weights = uneven(dice, count)
  if (count >= 4) weights[0] = 0.3
  const work: Work = { layout, dice, company, companyId: '', ends: cut(company.size, weights) }
  const organization = addOrganization(work, 'ORGANIZATION', company.name, null)
  work.companyId = organization.id
  const subsidiaries = count < 20 ? 0 : Math.min(company.country.places.length, 1 + Math.floor(count / 50))
  const own = count - Math.floor((count * subsidiaries) / (subsidiaries + 1.5))
  if (count < 4) {
    addDivisions(work, { parent: organization, from: 0, to: count, rank: 'company', superior: -1 })
  } else {
    const office = addOrganization(work, 'DEPARTMENT', 'Executive Office', organization)
    const kind = divisionKinds[1]!
    addDepartment(work, 0, { organization: office, kind, division: office.name, rank: 'company', supervisor: -1 })
    addDivisions(work, { parent: organization, from: 1, to: own, rank: 'division', superior: company.first })
  }
  if (subsidiaries > 0) addSubsidiaries(work, organization, own, subsidiaries)
}

function dayOf(date: string): number {
  const millis = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(millis) || new Date(millis).toISOString().slice(0, 10) !== date) {
    throw new GatehouseError('invalid_value', `today: "${date}" is no date; write it as 2026-01-31.`)
  }
  return millis / 86_400_000
}

let latest: Layout | undefined

/**
 * The layout of these options; that of the last options asked for is kept. Errors: `invalid_value` for a number of
 * people outside 1 to 10,000,000 or a day that does not exist.
 */
export function layoutOf({ people, seed, today = '2026-01-01' }: GenerateOptions): Layout {
  const key = `${people} ${today} ${seed}`
  if (latest?.key === key) return latest
  if (!Number.isInteger(people) || people < 1 || people > 10_000_000) {
    throw new GatehouseError('invalid_value', `people: ${people} is not a whole number from 1 to 10000000.`)
  }
  const number = seedOf(seed)
  const companies = companiesFor(number, people)
  const layout: Layout = {
    key, seed: number, people, today: dayOf(today), organizations: [], companies, departments: [],
  }
  for (const company of companies) addCompany(layout, company)
  latest = layout
  return layout
}

/** The department of the person with this index. */
export function departmentOf({ departments }: Layout, index: number): Department {
  let low = 0
  let high = departments.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (departments[middle]!.first <= index) low = middle
    else high = middle - 1
  }
  return departments[low]!
}
