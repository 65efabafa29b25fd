/** How to reach a generated person: e-mail addresses under reserved domains, phone numbers, postal addresses. */
import { countries, privateDomains, type Country, type Place } from './generate-companies.ts'
import type { AddressEntry, EmailEntry, PhoneEntry } from './generate-documents.ts'
import type { Department } from './generate-layout.ts'
import type { PersonNames } from './generate-names.ts'
import { chance, pick, roll, type Dice } from './generate-random.ts'

const digit = (dice: Dice) => String.fromCharCode(48 + roll(dice, 10))

function filled(dice: Dice, pattern: string): string {
  let text = ''
  for (const character of pattern) {
    if (character === '#') text += digit(dice)
    else if (character === '@') text += String.fromCharCode(65 + roll(dice, 26))
    else text += character
  }
  return text
}

/** The work address, and for some a private one, which the index makes unique. */
export function emailsOf(dice: Dice, workAddress: string, names: PersonNames, index: number): EmailEntry[] {
  const emails: EmailEntry[] = [
    { value: workAddress, type: 'PRIMARY_EMAIL', primary: true, active: true, published: true },
  ]
  if (chance(dice, 25)) {
    const value = `${names.login}.${index.toString(36)}@${pick(dice, privateDomains)}`
    emails.push({ value, type: 'HOME_EMAIL', primary: false, active: true, published: false })
  }
  return emails
}

/** Office and mobile numbers; the first is the primary one. */
export function phonesOf(dice: Dice, { company, place }: Department): PhoneEntry[] {
  const phones: PhoneEntry[] = []
  const countryCd = `+${company.country.dial}`
  if (chance(dice, 85)) {
    const office: PhoneEntry = {
      value: `555${filled(dice, '####')}`, type: 'OFFICE_PHONE', countryCd, areaCd: place.area,
      primary: true, isForSms: false, active: true, published: true,
    }
    if (chance(dice, 30)) office.phoneExt = String(100 + roll(dice, 900))
    phones.push(office)
  }
  if (chance(dice, 70)) {
    phones.push({
      value: `${company.country.mobile}${filled(dice, '5550###')}`, type: 'CELL_PHONE', countryCd,
      primary: phones.length === 0, isForSms: true, active: true, published: chance(dice, 50),
    })
  }
  return phones
}

function addressIn(dice: Dice, country: Country, place: Place, street: string, number: string): AddressEntry {
  return {
    type: 'HOME_ADDRESS',
    country: country.code,
    locality: place.city,
    region: place.region,
    postalCode: filled(dice, place.postal),
    bldgNum: number,
    address1: country.numberFirst ? `${number} ${street}` : `${street} ${number}`,
    primary: false,
    active: true,
    published: false,
  }
}

/** The address of the office (the same for all of a company in one town), and for some the home. */
export function addressesOf(dice: Dice, { company, place }: Department): AddressEntry[] {
  const turn = company.country.places.indexOf(place) + company.index
  const site: Dice = { state: company.mixture + turn }
  const street = company.country.streets[turn % company.country.streets.length]!
  const office = addressIn(site, company.country, place, street, String(1 + roll(site, 120)))
  office.type = 'OFFICE_ADDRESS'
  office.primary = true
  office.published = true
  if (!chance(dice, 40)) return [office]
  // Some live across a border.
  const country = chance(dice, 2) ? pick(dice, countries) : company.country
  const home = country === company.country && chance(dice, 60) ? place : pick(dice, country.places)
  return [office, addressIn(dice, country, home, pick(dice, country.streets), String(1 + roll(dice, 180)))]
}
