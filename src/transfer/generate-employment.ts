/** A generated person's working life: status and dates, title and job, in days since 1970-01-01. */
import type { PersonDocument } from './generate-documents.ts'
import type { Department } from './generate-layout.ts'
import { chance, fraction, pick, roll, type Dice } from './generate-random.ts'

/** The parts of a life that dates follow from. */
export interface Employment {
  status: string
  secondaryStatus?: string
  employeeType: string
  birth: number
  start: number
  /** The last day, for those who have left and those whose contract ends. */
  last?: number
}

/** A day as YYYY-MM-DD (Howard Hinnant's civil-from-days; faster than a Date). */
export function dateOf(day: number): string {
  const shifted = day + 719468
  const era = Math.floor(shifted / 146097)
  const ofEra = shifted - era * 146097
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36524) - Math.floor(ofEra / 146096)) / 365,
  )
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const march = Math.floor((5 * ofYear + 2) / 153)
  const month = march < 10 ? march + 3 : march - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const inMonth = ofYear - Math.floor((153 * march + 2) / 5) + 1
  return `${year}-${month < 10 ? '0' : ''}${month}-${inMonth < 10 ? '0' : ''}${inMonth}`
}

/** An instant, midnight UTC of a day. */
export const instantOf = (day: number) => `${dateOf(day)}T00:00:00.000Z`

// Per thousand of those nobody reports to, in ascending bounds; the rest is simply active.
const situations: [number, string, string?][] = [
  [15, 'PENDING_START_DATE'],
  [50, 'TERMINATED'],
  [54, 'RETIRED'],
  [59, 'LEAVE_OF_ABSENCE'],
  [62, 'USER_LEAVE_WITH_PAY'],
  [85, 'PENDING_INITIAL_LOGIN'],
  [97, 'ACTIVE', 'DISABLED'],
  [101, 'ACTIVE', 'LOCKED'],
  [103, 'ACTIVE', 'LOCKED_ADMIN'],
]

function employeeTypeOf(dice: Dice): string {
  const thousandth = roll(dice, 1000)
  if (thousandth < 790) return 'FULL-TIME'
  if (thousandth < 910) return 'PART-TIME'
  if (thousandth < 960) return 'CONTRACTOR'
  return thousandth < 980 ? 'TEMP' : 'INTERN'
}

/** In days. */
function ageOf(dice: Dice, status: string, employeeType: string): number {
  const [youngest, span] = status === 'RETIRED' ? [64, 8] : employeeType === 'INTERN' ? [19, 7] : [21, 45]
  const years = youngest! + roll(dice, span!)
  return Math.floor(years * 365.25) + roll(dice, 365)
}

/** Draws a working life. People others report to are always active and full-time. */
export function employmentOf(dice: Dice, today: number, leads: boolean): Employment {
  const thousandth = leads ? 1000 : roll(dice, 1000)
  const [, status, secondaryStatus] = situations.find(([bound]) => thousandth < bound) ?? [0, 'ACTIVE']
  const employeeType = leads ? 'FULL-TIME' : employeeTypeOf(dice)
  const age = ageOf(dice, status, employeeType)
  const grown = age - 18 * 366
  const employment: Employment = { status, employeeType, birth: today - age, start: 0 }
  if (secondaryStatus !== undefined) employment.secondaryStatus = secondaryStatus
  const recent = fraction(dice)
  const tenure = 1 + Math.floor(recent * recent * (employeeType === 'INTERN' ? 300 : grown - 1))
  employment.start = today - tenure
  if (status === 'PENDING_START_DATE') employment.start = today + 1 + roll(dice, 90)
  else if (status === 'PENDING_INITIAL_LOGIN') employment.start = today - roll(dice, 21)
  else if (status === 'TERMINATED' || status === 'RETIRED') {
    employment.last = today - 1 - roll(dice, Math.min(tenure, 700))
  }
  if (employment.last === undefined && !leads && employeeType !== 'FULL-TIME' && employeeType !== 'PART-TIME') {
    employment.last = Math.max(today, employment.start) + 30 + roll(dice, 500)
  }
  return employment
}

/** The job of the person at place `k` of a department, of whom `leads` tells whether others report to them. */
export function jobOf(
  dice: Dice, department: Department, k: number, leads: boolean, intern: boolean,
): Pick<PersonDocument, 'title' | 'jobCode'> {
  if (k === 0) {
    if (department.rank === 'company') return { title: 'Chief Executive Officer', jobCode: 'EXECUTIVE' }
    if (department.rank === 'subsidiary') return { title: 'Managing Director', jobCode: 'EXECUTIVE' }
    if (department.rank === 'division') return { title: `Vice President, ${department.division}`, jobCode: 'EXECUTIVE' }
    return { title: `Head of ${department.name}`, jobCode: 'MANAGER' }
  }
  if (leads) return { title: `Team Lead, ${department.name}`, jobCode: 'MANAGER' }
  const title = pick(dice, department.kind.titles)
  if (intern) return { title: `${title} (Intern)`, jobCode: department.kind.jobCode }
  const level = chance(dice, 20) ? 'Senior ' : chance(dice, 15) ? 'Junior ' : ''
  return { title: level + title, jobCode: department.kind.jobCode }
}
