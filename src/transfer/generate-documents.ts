/** The documents that generated people and organisations are: the shapes of the API, without what the server makes. */

/** What to make. The same options always give the same people. */
export interface GenerateOptions {
  /** How many people: 1 to 10,000,000. */
  people: number
  /** A number or a word; another seed gives other people. */
  seed: number | string
  /** The day (YYYY-MM-DD) that start dates, leavers and ages are reckoned from. Default: 2026-01-01. */
  today?: string
}

export interface OrganizationDocument {
  id: string
  name: string
  alias: string
  description: string
  status: 'ACTIVE'
  domainName?: string
  ldapStr: string
  classification: string
  organizationType: 'ORGANIZATION' | 'SUBSIDIARY' | 'DIVISION' | 'DEPARTMENT'
  isSelectable: boolean
  /** One parent, which always stands earlier in the list; none for the companies. */
  parents: { organization: string }[]
  attributes: Record<string, string>
}

export interface PortalDocument {
  id: number
  name: string
  description: string
}

export interface EmailEntry {
  value: string
  type: string
  primary: boolean
  active: boolean
  published: boolean
}

export interface PhoneEntry {
  value: string
  type: string
  countryCd: string
  areaCd?: string
  phoneExt?: string
  primary: boolean
  isForSms: boolean
  active: boolean
  published: boolean
}

export interface AddressEntry {
  type: string
  country: string
  locality: string
  region: string
  postalCode: string
  bldgNum: string
  address1: string
  primary: boolean
  active: boolean
  published: boolean
}

export interface AffiliationEntry {
  organization: string
  type: string
  start?: string
  end?: string
}

export interface PersonDocument {
  id: string
  userName: string
  name: {
    familyName: string
    givenName: string
    middleName?: string
    honorificPrefix?: string
    honorificSuffix?: string
  }
  lastnamePrefix?: string
  partnerName?: string
  prefixPartnerName?: string
  maidenName?: string
  nickName?: string
  sex?: 'M' | 'F'
  birthdate?: string
  status: string
  secondaryStatus?: string
  isVisible?: boolean
  typeId: string
  employeeType: string
  jobCode: string
  title: string
  employeeNumber: string
  costCenter: string
  mailCode: string
  locationCd: string
  locationName: string
  companyOwnerId: string
  startDate: string
  lastDate?: string
  alternateId?: string
  alternateStartDate?: string
  alternateEndDate?: string
  emails: EmailEntry[]
  phoneNumbers: PhoneEntry[]
  addresses: AddressEntry[]
  attributes: Record<string, string | string[]>
  affiliations: AffiliationEntry[]
  supervisors: { supervisor: string; primary: boolean }[]
}

export interface GeneratedPerson {
  document: PersonDocument
  /** The portals (1 to the number of portals) the person is a panelist of, ascending. */
  portals: number[]
  /** The index of the one supervisor, always smaller than the person's own; null for the head of a company. */
  supervisorIndex: number | null
}
