/** Each rule of a policy, by a table; everything that is wrong is told at once; and the blocklist with its reasons. */
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { judgeComposition, judgeForm } from '../src/model/password-judge.ts'
import { typedPolicy } from '../src/model/password-policy.ts'
import { compositionSettings, passwordSettings, readSettings, signInSettings, writeSettings, type CompositionRules } from '../src/model/password-settings.ts'
import { leastWorth, worthOf } from '../src/model/password-worth.ts'
import { judgeGuessable } from '../src/signin/password-blocklist.ts'
import { hashPassword } from '../src/signin/password-hash.ts'
import { judgeAll, judgePassword, type PasswordContext } from '../src/signin/password-policy.ts'

const table = JSON.parse(readFileSync(new URL('fixtures/password-rules.json', import.meta.url), 'utf8'))
const nobody: PasswordContext = { logins: [], names: [], others: [], current: null, history: [] }

interface Case {
  rule: keyof CompositionRules
  value: unknown
  refuses: string[]
  takes: string[]
}

describe('the rule', () => {
  test.each((table.rules as Case[]).map((one) => [`${one.rule} ${JSON.stringify(one.value)}`, one] as const))('%s', (_name, { rule, value, refuses, takes }) => {
    const broken = (clear: string) => judgeComposition({ [rule]: value }, clear.normalize('NFC'), table.owner).map((one) => one.rule)
    expect(refuses.filter((clear) => broken(clear).join() !== rule)).toEqual([])
    expect(takes.filter((clear) => broken(clear).length > 0)).toEqual([])
  })

  test('is in the table, each of them', () => {
    const tried = new Set((table.rules as Case[]).map(({ rule }) => rule))
    // These two need more than the password: the tests below try them.
    expect(Object.keys(compositionSettings).filter((rule) => !tried.has(rule as keyof CompositionRules))).toEqual(['blocklist', 'history'])
  })

  test('says what it asks for, and nothing of the password', () => {
    const rules: CompositionRules = { length: { min: 20 }, digits: { min: 2 }, capitals: { min: 1 }, rejectCharacters: '<>' }
    const found = judgeComposition(rules, 'zebra<crossing', { logins: [], names: [] })
    expect(found).toEqual([
      { rule: 'length', message: 'It must have at least 20 characters.' },
      { rule: 'digits', message: 'It must have at least 2 digits.' },
      { rule: 'capitals', message: 'It must have at least 1 capital letter.' },
      { rule: 'rejectCharacters', message: 'It must not contain any of these characters: <>' },
    ])
  })

  test.each(table.forms.refuses as string[])('of every policy: %j is not taken', (clear) => expect(judgeForm(clear, 1024).map(({ rule }) => rule)).toEqual(['characters']))
  test.each(table.forms.takes as string[])('of every policy: %j is taken', (clear) => expect(judgeForm(clear, 1024)).toEqual([]))
  test('of every policy: neither empty nor beyond the longest', () => {
    expect(['', 'x'.repeat(1025), 'x'.repeat(1024)].map((clear) => judgeForm(clear, 1024).length)).toEqual([1, 1, 0])
  })
})

describe('the blocklist', () => {
  const { context, refuses, takes } = table.guessed as { context: string[]; refuses: Record<string, string[]>; takes: string[] }
  const reasons: Record<string, string> = { common: 'passwords that many people use', context: 'words about you', repetition: 'repetitions', sequence: 'sequences', keyboard: 'keys that stand', year: 'years' }

  test.each(Object.entries(refuses).flatMap(([piece, all]) => all.map((clear) => [piece, clear] as const)))('refuses for its %s: %s', async (piece, clear) => {
    const found = await judgeGuessable(clear, context)
    expect(found).toMatchObject({ rule: 'blocklist', reasons: expect.arrayContaining([piece]), message: expect.stringContaining(reasons[piece]!) })
  })

  test.each(takes)('takes %s', async (clear) => expect(await judgeGuessable(clear, context)).toBeUndefined())

  test('knows words about a person only when it is theirs', async () => {
    expect(await judgeGuessable('Thistlethwaite-Featherstonehaugh', [])).toBeUndefined()
    expect(await judgeGuessable('Thistlethwaite-Featherstonehaugh', ['Thistlethwaite', 'Featherstonehaugh'])).toBeDefined()
  })

  test('what stands twice is worth no more than once and a little; what goes on is worth more', () => {
    const isCommon = (text: string) => text === 'password' || text === 'dragon'
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'x', '7', '!', 'é', '字', 'password', 'dragon'), minLength: 1, maxLength: 20 })
    fc.assert(fc.property(text, text, (one, other) => {
      const worth = (clear: string) => worthOf(clear, { isCommon, context: [] }).worth
      expect(worth(one)).toBeLessThanOrEqual([...one].length)
      expect(worth(one + one)).toBeLessThanOrEqual(worth(one) + Math.max(1, [...one].length < 3 ? 2 : 1))
      expect(worth(one + other)).toBeLessThanOrEqual(worth(one) + worth(other))
    }), { numRuns: 300 })
  })

  test('good passwords of chance are taken', async () => {
    const letters = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#%*+-='
    await fc.assert(fc.asyncProperty(fc.array(fc.constantFrom(...letters), { minLength: 16, maxLength: 24 }), async (points) => {
      fc.pre(new Set(points).size > 11)
      expect(await judgeGuessable(points.join(''), [])).toBeUndefined()
    }), { numRuns: 200 })
  })

  test('looks at no more than it must: a thousand letters are judged', async () => {
    expect(worthOf('x7'.repeat(512), { isCommon: () => false, context: [] }).worth).toBeLessThan(leastWorth)
    expect(worthOf(Array.from({ length: 1024 }, (_, at) => String.fromCharCode(0x4e00 + at)).join(''), { isCommon: () => false, context: [] }).worth).toBeGreaterThan(0)
  })

  test('names of a list count as one sequence while they keep its order, and once more wherever they leave it', () => {
    const worth = (clear: string) => worthOf(clear, { isCommon: () => false, context: [], lists: [['red', 'green', 'blue', 'black', 'white', 'brown']] }).worth
    expect(['red green blue', 'Green, Red: Brown', 'red blue', 'redblueblackwhite', 'red'].map(worth)).toEqual([1, 1, 2, 2, 3])
  })
})

describe('a policy', () => {
  test('tells everything at once: composition, blocklist and history', async () => {
    const cost = { memoryKiB: 19_456, passes: 2, lanes: 1 }
    const [old, current] = [await hashPassword('password', cost), await hashPassword('something else altogether', cost)]
    const policy = { ...typedPolicy(undefined, undefined), composition: { length: { min: 15 }, digits: { min: 1 }, blocklist: true, history: 3 } }
    const found = await judgePassword(policy, 'password', { ...nobody, current, history: [current, old] })
    expect(found.map(({ rule }) => rule)).toEqual(['length', 'digits', 'blocklist', 'history'])
    expect((await judgePassword(policy, 'something else altogether', { ...nobody, current, history: [] })).map(({ rule }) => rule)).toEqual(['digits', 'unchanged'])
  })

  test('tells of control characters beside all the rest, and no more of half characters or of a text that is far too long', async () => {
    const policy = { ...typedPolicy(undefined, undefined), composition: { length: { min: 15 }, digits: { min: 1 }, blocklist: true } }
    const broken = async (clear: string) => (await judgePassword(policy, clear, nobody)).map(({ rule }) => rule)
    expect([await broken('dragon\u0007'), await broken('dragon\ud800'), await broken('x\u0007'.repeat(600))]).toEqual([['characters', 'length', 'digits', 'blocklist'], ['characters'], ['length']])
  })

  test('does not enforce what is recommended, and tells it', async () => {
    const policy = { ...typedPolicy(undefined, undefined), composition: { length: { min: 4 }, digits: { min: 1 } }, advisory: new Set(['digits']) }
    expect(await judgePassword(policy, 'abcd', nobody)).toEqual([])
    expect((await judgeAll(policy, 'abcd', nobody)).advice.map(({ rule }) => rule)).toEqual(['digits'])
    // What no policy allows is no matter of recommendation.
    const short = { ...policy, advisory: new Set(['length']) }
    expect((await judgePassword(short, '', nobody)).map(({ rule }) => rule)).toEqual(['length'])
  })

  test('judges letters as they are composed', async () => {
    const policy = { ...typedPolicy(undefined, undefined), composition: { length: { max: 4 } } }
    expect(await judgePassword(policy, 'éééé'.normalize('NFD'), nobody)).toEqual([])
  })

  test('that is not there is NIST\'s', () => {
    const { composition, expiry, changes, lockout, recovery } = typedPolicy(undefined, undefined)
    expect(composition).toMatchObject({ length: { min: 15 }, blocklist: true })
    expect(Object.keys(composition)).not.toContain('digits')
    expect([expiry.days, changes.perDay, lockout.failures, recovery.tokenMinutes]).toEqual([0, undefined, 3, 30])
  })
})

describe('settings', () => {
  const value = (kind: string, max = 10) => kind === 'range' ? fc.record({ min: fc.nat(max), max: fc.nat(max) }) : kind === 'count' ? fc.nat(max) : kind === 'flag' ? fc.boolean() : kind === 'words' ? fc.array(fc.stringMatching(/^[a-z]{2,9}$/), { minLength: 1, maxLength: 5 }) : fc.stringMatching(/^[!-~]{1,9}$/)
  test.each([['password', passwordSettings], ['sign-in', signInSettings]] as const)('of a %s policy come back from their rows as they were', (_name, settings) => {
    const rules = fc.record(Object.fromEntries(Object.entries(settings).map(([name, form]) => [name, value(form.kind, (form as { max?: number }).max)])), { requiredKeys: [] })
    fc.assert(fc.property(rules, (given) => {
      const advisory = Object.keys(given).filter((_, at) => at % 2 === 0)
      expect(readSettings(settings, writeSettings(settings, given, advisory))).toEqual({ rules: given, advisory: Object.keys(settings).filter((name) => advisory.includes(name)) })
    }), { numRuns: 100 })
  })

  test('that are blank or no numbers are off', () => {
    const row = (param: string, value1: string | null) => ({ param, value1, value2: null, ruleText: null, required: 'Y' })
    expect(readSettings(passwordSettings, [row('P_PWD_HIST_VER', ''), row('P_PWD_EXPIRATION', 'often'), row('P_PWD_LEN', null), row('P_PWD_LOGIN', ''), row('P_REJECT_CHARS_IN_PSWD', ''), row('P_UNKNOWN', '1')]).rules).toEqual({})
    expect(readSettings(passwordSettings, [row('P_PWD_LOGIN', 'Y'), row('P_PWD_NAME', 'N')]).rules).toEqual({ rejectLogin: true, rejectName: false })
  })
})
