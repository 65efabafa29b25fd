/** Policies as records of the API: the two sorts of them, what is theirs beside their settings, and whom they are for. */
import { GatehouseError, type Problem } from '../errors.ts'
import { dateTime, flag, identifier, integer, isObject, readOnly, reference, text, type Attribute, type Collection, type Document } from './attribute.ts'
import { passwordSettings, signInSettings, type Range, type Settings } from './password-settings.ts'
import { validateEntry } from './validate.ts'

export interface PolicyKind {
  /** POLICY_DEF_ID. */
  def: string
  path: string
  component: string
  label: string
  settings: Settings
  /** The one that applies where no other does: always in force, always for everyone. */
  fallback: string
}

export const policyKinds = {
  password: { def: '100', path: '/password-policies', component: 'PasswordPolicy', label: 'password policy', settings: passwordSettings, fallback: '4000' },
  signIn: { def: '103', path: '/sign-in-policies', component: 'SignInPolicy', label: 'sign-in policy', settings: signInSettings, fallback: '4001' },
} as const satisfies Record<string, PolicyKind>

export const policyLevels = ['GLOBAL', 'MANAGED_SYSTEM', 'USER_TYPE', 'ORGANIZATION', 'GROUP', 'ROLE'] as const
const mostTargets = 1000

export const policyAttributes: readonly Attribute[] = [
  identifier('id', 'policy_id', 'Id', 'Made by the server.', { ...readOnly, returned: 'always', sortable: true }),
  text('name', 'name', 60, 'Name', 'What people call it; one of a kind.', { required: true, sortable: true, byLetters: true }),
  text('description', 'description', 255, 'Description', 'What it is for.'),
  flag('active', 'active', 'In force', 'False switches it off.', { default: true }),
  integer('priority', 'priority', 'Priority', 'Of several that apply to somebody, the highest wins.', { default: 0, sortable: true }),
  dateTime('created', 'create_date', 'Created', 'When it was made.', { ...readOnly, sortable: true }),
  reference('createdBy', 'created_by', 'User', 'Created by', 'Who made it.', readOnly),
  dateTime('lastModified', 'last_update', 'Changed', 'When it was last changed.', { ...readOnly, sortable: true }),
  reference('lastUpdatedBy', 'last_updated_by', 'User', 'Changed by', 'Who changed it last.', readOnly),
]

export const policyCollection = (kind: PolicyKind): Collection => ({
  path: kind.component, segment: '', label: kind.label, table: 'policy', idColumn: 'policy_id', parentColumn: '', returned: 'default', onePrimary: false, limit: 0,
  doc: `A ${kind.label}.`, attributes: policyAttributes,
})

/** The document a caller sends, checked. Errors: `invalid_…`, listing every problem. */
export function validatePolicy(kind: PolicyKind, input: unknown, before?: Document): Document {
  if (!isObject(input)) throw new GatehouseError('invalid_body', 'The body must be a JSON object.')
  const { rules = {}, advisory = [], appliesTo = [], ...rest } = input
  const document = validateEntry(policyCollection(kind), rest, before)
  const problems = [...ruleProblems(kind.settings, rules), ...advisoryProblems(kind.settings, advisory), ...targetProblems(appliesTo)]
  if (problems.length > 0) throw new GatehouseError('invalid_value', `${problems[0]!.path}: ${problems[0]!.message}.`, { problems })
  const kept = Object.fromEntries(Object.entries(rules as Document).filter(([, value]) => value !== null && value !== undefined))
  return { ...document, rules: kept, advisory: (advisory as string[]).filter((name) => name in kept), appliesTo: (appliesTo as Document[]).map(targetOf) }
}

const targetOf = ({ level, id }: Document): Document => ({ level, id: level === 'GLOBAL' ? 'GLOBAL' : id })

function ruleProblems(settings: Settings, rules: unknown): Problem[] {
  if (!isObject(rules)) return [{ path: 'rules', message: 'must be an object of rules' }]
  const wrong = Object.entries(rules).flatMap(([name, value]) => {
    const form = Object.hasOwn(settings, name) ? settings[name]! : undefined
    if (!form) return [{ path: `rules.${name}`, message: `is not a rule; there are ${Object.keys(settings).join(', ')}` }]
    const message = value === null ? undefined : refusalOf(form, value)
    return message === undefined ? [] : [{ path: `rules.${name}`, message }]
  })
  return wrong.length > 0 ? wrong : contradictions(rules)
}

const isCount = (value: unknown, max: number): value is number => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max

function refusalOf({ kind, max = 0, length = 0 }: Settings[string], value: unknown): string | undefined {
  switch (kind) {
    case 'count':
      return isCount(value, max) ? undefined : `must be a whole number from 0 to ${max}`
    case 'range': {
      const { min, max: most, ...others } = isObject(value) ? value : { other: 1 }
      const fits = Object.keys(others).length === 0 && [min, most].every((one) => one === undefined || one === null || isCount(one, max))
      if (!fits) return `must be an object of min and max, whole numbers from 0 to ${max}`
      return isCount(min, max) && isCount(most, max) && min > most ? 'has a min above its max' : undefined
    }
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'must be true or false'
    case 'text':
      return typeof value === 'string' && value.length > 0 && value.length <= length && value.isWellFormed() && !value.includes('\u0000') ? undefined : `must be a text of 1 to ${length} characters`
    case 'words': {
      const fits = Array.isArray(value) && value.length <= length && value.every((word) => typeof word === 'string' && /^\S{2,60}$/u.test(word) && word.isWellFormed() && !word.includes('\u0000'))
      return fits ? undefined : `must be a list of at most ${length} words, each of 2 to 60 characters without spaces`
    }
  }
}

/** Rules that no password could keep together. */
function contradictions(rules: Document): Problem[] {
  const most = (rules.length as Range | undefined)?.max
  const least = (name: string) => (rules[name] as Range | undefined)?.min ?? 0
  const letters = Math.max(least('letters'), least('capitals') + least('smallLetters'))
  return most !== undefined && most !== null && letters + least('digits') + least('punctuation') > most ? [{ path: 'rules.length', message: 'allows fewer characters than the other rules ask for' }] : []
}

function advisoryProblems(settings: Settings, advisory: unknown): Problem[] {
  const fits = Array.isArray(advisory) && advisory.every((name) => typeof name === 'string' && Object.hasOwn(settings, name))
  return fits ? [] : [{ path: 'advisory', message: 'must be a list of names of rules' }]
}

function targetProblems(appliesTo: unknown): Problem[] {
  if (!Array.isArray(appliesTo) || appliesTo.length > mostTargets) return [{ path: 'appliesTo', message: `must be a list of at most ${mostTargets} entries` }]
  const seen = new Set<string>()
  return appliesTo.flatMap((entry: unknown, index) => {
    const path = `appliesTo[${index}]`
    if (!isObject(entry) || Object.keys(entry).some((name) => name !== 'level' && name !== 'id')) return [{ path, message: 'must be an object of level and id' }]
    const { level, id } = entry
    if (!(policyLevels as readonly unknown[]).includes(level)) return [{ path: `${path}.level`, message: `must be one of ${policyLevels.join(', ')}` }]
    if (level !== 'GLOBAL' && (typeof id !== 'string' || id === '' || id.length > 32)) return [{ path: `${path}.id`, message: 'must be an id' }]
    const key = JSON.stringify(targetOf(entry))
    return seen.size === seen.add(key).size ? [{ path, message: 'is listed twice' }] : []
  })
}
