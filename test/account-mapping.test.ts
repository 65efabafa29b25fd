/** What a field of an account is made of, and what a mapping may say: the functions alone. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluate, type Expression } from '../src/model/account-expression.ts'
import { defaultMapping, mappingOf, touchedBy, type Mapping } from '../src/model/account-mapping.ts'
import { accountSource } from '../src/model/account-sources.ts'
import { checkMapping, mappingDocument } from '../src/portals/check-mapping.ts'
import { mappingProblems, profileOf } from '../src/connectors/okta/profile.ts'
import { rulesOf } from '../src/connectors/okta/field-rules.ts'
import { hostileStrings } from './hostile-strings.ts'

const values = { title: ' Dr. ', nickName: '', 'name.givenName': 'Ada', 'name.familyName': 'Byron', country: 'Germany', mail: 'ada@example.com' }

describe('an expression', () => {
  const table: [expression: Expression, value: string | null][] = [
    ['title', 'Dr.'], ['nickName', null], ['costCenter', null],
    [{ constant: 'Panel' }, 'Panel'], [{ constant: '  ' }, null],
    [{ first: ['nickName', 'costCenter', 'name.givenName'] }, 'Ada'], [{ first: ['nickName'] }, null],
    [{ join: ['name.givenName', 'nickName', 'name.familyName'], with: ' ' }, 'Ada Byron'], [{ join: ['nickName'] }, null],
    [{ lower: 'name.givenName' }, 'ada'], [{ upper: { join: ['name.givenName', 'name.familyName'] } }, 'ADABYRON'],
    [{ email: 'mail' }, 'ada@example.com'], [{ email: 'title' }, null],
    [{ substring: 'name.familyName', start: 1, length: 2 }, 'yr'], [{ substring: 'name.familyName', start: 9 }, null], [{ substring: { constant: '😀😁😂' }, length: 2 }, '😀😁'],
    [{ map: 'country', values: { Germany: 'DE' } }, 'DE'], [{ map: 'country', values: { France: 'FR' } }, null],
    [{ map: 'country', values: { France: 'FR' }, otherwise: { constant: 'XX' } }, 'XX'], [{ map: 'country', values: {}, otherwise: 'title' }, 'Dr.'],
    [{ map: { constant: 'constructor' }, values: { a: 'b' } }, null], [{ map: 'nickName', values: { '': 'none' }, otherwise: { constant: 'x' } }, 'x'],
  ]
  test.for(table)('%j', ([expression, value]) => expect(evaluate(expression, values)).toBe(value))
})

describe('a mapping that is set', () => {
  const good = { login: 'userName', email: { email: 'primaryEmail' } }
  const faults: [mapping: Record<string, unknown>, path: string][] = [
    [{ email: 'primaryEmail' }, 'login'], [{ ...good, gatehouseId: 'id' }, 'gatehouseId'], [{ ...good, 'a b': 'title' }, 'a b'],
    [{ ...good, x: 'titel' }, 'x'], [{ ...good, x: 'secretWord' }, 'x'], [{ ...good, x: 'logins[managedSystem eq "0"].password' }, 'x'],
    [{ ...good, x: 'keys[name eq "k"].value' }, 'x'], [{ ...good, x: 'meta.version' }, 'x'], [{ ...good, x: `attributes.a'b` }, 'x'],
    [{ ...good, x: 'phoneNumbers[type eq "A"B"].value' }, 'x'], [{ ...good, x: 7 }, 'x'], [{ ...good, x: {} }, 'x'], [{ ...good, x: null }, 'x'],
    [{ ...good, x: { eval: 'process.exit()' } }, 'x'], [{ ...good, x: { lower: 'title', upper: 'title' } }, 'x'], [{ ...good, x: { lower: 'title', with: ' ' } }, 'x.with'],
    [{ ...good, x: { join: [] } }, 'x.join'], [{ ...good, x: { join: ['title', 'titel'] } }, 'x.join[1]'], [{ ...good, x: { substring: 'title', start: -1 } }, 'x.start'],
    [{ ...good, x: { map: 'title' } }, 'x.values'], [{ ...good, x: { map: 'title', values: { a: 1 } } }, 'x.values.a'], [{ ...good, x: { constant: 'a\0' } }, 'x.constant'],
    [{ ...good, x: { lower: { lower: { lower: { lower: { lower: { lower: { lower: 'title' } } } } } } } }, 'x.lower.lower.lower.lower.lower.lower.lower'],
    [{ ...good, ['x'.repeat(101)]: 'title' }, 'x'.repeat(100)], [JSON.parse('{"__proto__": "title", "login": "userName", "email": "primaryEmail"}') as Record<string, unknown>, '__proto__'],
  ]
  test.for(faults)('%j is refused at %s', ([mapping, path]) => {
    expect(() => checkMapping(mapping)).toThrow(expect.objectContaining({ code: 'invalid_mapping', problems: expect.arrayContaining([expect.objectContaining({ path })]) }))
  })

  test('is what it was when it is shown again; so is the standard', () => {
    const fields = mappingDocument(defaultMapping)
    expect(mappingDocument(checkMapping(fields))).toEqual(fields)
    expect(checkMapping(fields)).toEqual(defaultMapping.slice(1))
  })

  test('names attributes only: hostile ones come to nothing', () => {
    for (const text of hostileStrings) expect(accountSource(text), text).toBeNull()
    fc.assert(fc.property(fc.string(), (text) => {
      const source = accountSource(`attributes.${text}`)
      expect(source === null || !/['"\\\0]/.test(text)).toBe(true)
    }), { numRuns: 300 })
  })
})

describe('whose mapping counts', () => {
  const rule = (target: string, value: Expression): Mapping[number] => ({ target, value })
  const mappings = { portals: new Map([[2, [rule('title', 'nickName'), rule('city', 'title')]], [5, [rule('title', 'costCenter')]]]), admins: [rule('title', { constant: 'Admin' })] }
  const titleOf = (portals: number[], isAdmin = false) => mappingOf(mappings, portals, isAdmin).find(({ target }) => target === 'title')?.value

  test('administrators first, then portals by number, field by field', () => {
    expect([titleOf([2]), titleOf([5]), titleOf([5, 2]), titleOf([5, 2], true), titleOf([1]), titleOf([1, 2])]).toEqual(['nickName', 'costCenter', 'nickName', { constant: 'Admin' }, 'title', 'title'])
    expect(mappingOf(mappings, [5, 2], false).map(({ target }) => target)).toEqual(['title', 'city'])
  })

  test('a change concerns those whose mapping reads it', () => {
    expect(touchedBy(['nickName'], mappings)).toEqual({ portals: [2], others: true, admins: false })
    expect(touchedBy(['costCenter'], mappings)).toEqual({ portals: [5], others: true, admins: false })
    expect(touchedBy(['attributes.department'], mappings)).toBeNull()
    expect(touchedBy(['secondaryStatus'], mappings)).toEqual({ portals: [2, 5], others: true, admins: true })
  })
})

describe('the schema of an org', () => {
  const schema = { definitions: {
    base: { properties: { login: { type: 'string', minLength: 3, maxLength: 100, pattern: '[a-z0-9.]+' }, email: { type: 'string' }, title: { type: 'string', maxLength: 5 } }, required: ['login', 'email'] },
    custom: { properties: { flag: { type: 'boolean' }, level: { type: 'string', enum: ['A', 'B'] }, fixed: { type: 'string', mutability: 'READ_ONLY' }, department: { type: 'string' } }, required: ['department'] },
  } }
  const { rules, declared } = rulesOf(schema)

  test('decides which mapping can be pushed', () => {
    const mapping: Mapping = [
      { target: 'login', value: 'userName' }, { target: 'email', value: 'primaryEmail' }, { target: 'flag', value: 'title' }, { target: 'fixed', value: 'title' },
      { target: 'level', value: { map: 'title', values: { x: 'A', y: 'C' } } }, { target: 'title', value: { constant: 'too long' } }, { target: 'unknown', value: 'title' },
    ]
    expect(mappingProblems(mapping, rules, declared).map(({ path }) => path)).toEqual(['flag', 'fixed', 'level', 'title', 'department'])
  })

  test('decides which values can be', () => {
    const mapping: Mapping = [{ target: 'login', value: 'userName' }, { target: 'title', value: 'title' }, { target: 'level', value: 'nickName' }]
    const problemsOf = (userName: string, more: Record<string, string> = {}) => profileOf(mapping, { userName, ...more }, rules).problems.map(({ path, message }) => `${path} ${message}`)
    expect(problemsOf('ada.1')).toEqual([])
    expect(problemsOf('Ada!')).toEqual(['login has the value "Ada!", which the org\'s pattern for logins does not allow'])
    expect(problemsOf('a/b')).toEqual(['login holds a /, and Okta could not find the account by it'])
    expect(problemsOf('ada', { title: 'Countess', nickName: 'Z' })).toEqual(['title must have at most 5 characters, has 8', 'level has the value "Z", and Okta\'s schema allows A, B'])
    expect(problemsOf('ada', { title: 'a😀' })).toEqual(['title holds the character U+1F600, and Okta takes none of four bytes'])
    expect(problemsOf('ada', { title: 'a\ud83d' })).toEqual(['title holds half a character or U+0000, which is no text'])
    expect(profileOf(mapping, { userName: 'a/b@example.com' }).problems).toHaveLength(1)
    expect(profileOf(mapping, { userName: 'not an address' }).problems).toEqual([{ path: 'login', message: 'has the value "not an address", which is not shaped like an e-mail address' }])
  })

  test('cannot make us run a pattern of its own', () => {
    for (const pattern of ['(a+)+$', '[a', '.*', 7, '[a-z]+|x']) {
      const odd = rulesOf({ definitions: { base: { properties: { login: { type: 'string', pattern } } } } })
      expect(odd.rules['login']!.pattern, String(pattern)).toBeUndefined()
    }
  })
})
