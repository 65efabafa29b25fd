/**
 * The words that generated documents use beyond those every installation has: whoever loads the documents declares
 * these first, where they are missing. Shapes: the metadata types and elements of the API.
 */
import { divisionKinds } from './generate-work.ts'

interface TypeDeclaration {
  grouping: string
  id: string
  displayName: string
}

interface ElementDeclaration {
  typeId: 'DEFAULT_USER' | 'DEFAULT_ORGANIZATION'
  name: string
  displayName: string
  dataType: 'STRING' | 'DATE'
  multiValued: boolean
  selfEditable: boolean
  validValues?: string[]
  validator?: string
}

export const generatedTypes: readonly TypeDeclaration[] = [
  { grouping: 'JOB_CODE', id: 'EXECUTIVE', displayName: 'Executive' },
  { grouping: 'JOB_CODE', id: 'ENGINEER', displayName: 'Engineer' },
  { grouping: 'JOB_CODE', id: 'ANALYST', displayName: 'Analyst' },
  { grouping: 'JOB_CODE', id: 'SPECIALIST', displayName: 'Specialist' },
]

const ofPeople = { typeId: 'DEFAULT_USER', dataType: 'STRING', multiValued: false, selfEditable: false } as const

export const generatedElements: readonly ElementDeclaration[] = [
  { ...ofPeople, name: 'department', displayName: 'Department' },
  {
    ...ofPeople,
    name: 'skills',
    displayName: 'Skills',
    multiValued: true,
    selfEditable: true,
    validValues: [...new Set(divisionKinds.flatMap((kind) => kind.skills))].sort(),
  },
  { ...ofPeople, name: 'badgeNumber', displayName: 'Badge number', validator: 'B[0-9]{8}' },
  { ...ofPeople, name: 'badgeIssued', displayName: 'Badge issued on', dataType: 'DATE' },
  { ...ofPeople, name: 'preferredLanguage', displayName: 'Language', selfEditable: true },
  { ...ofPeople, typeId: 'DEFAULT_ORGANIZATION', name: 'internalId', displayName: 'Internal id' },
  { ...ofPeople, typeId: 'DEFAULT_ORGANIZATION', name: 'trade', displayName: 'Trade' },
]
