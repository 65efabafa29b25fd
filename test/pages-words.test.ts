/** The words of the pages: each language has all of them (the compiler sees to that), and labels where the model has English ones. */
import { expect, test } from 'vitest'
import { addressFields, own, phoneFields, shown } from '../console/src/pages/profile/own-attributes.ts'
import { de } from '../console/src/words/de.ts'
import { en } from '../console/src/words/en.ts'
import { errorTable } from '../src/errors.ts'
import { pieceKinds } from '../src/model/password-worth.ts'
import { stepNames } from '../src/model/session.ts'
import { judgeGuessable } from '../src/signin/password-blocklist.ts'

test('every attribute of the profile has a German label', () => {
  const without = [...shown, ...own, ...phoneFields, ...addressFields].map(({ path }) => path).filter((path) => de.attributes[path] === undefined)
  expect(without).toEqual([])
})

test('German tells of as many errors as English, and both only of errors that there are', () => {
  expect(Object.keys(de.errors)).toEqual(Object.keys(en.errors))
  expect(Object.keys(en.errors).filter((code) => !Object.hasOwn(errorTable, code))).toEqual([])
})

test('no text was left in English by mistake', () => {
  const texts = (words: object, path = ''): [string, string][] => Object.entries(words).flatMap(([name, value]) =>
    typeof value === 'string' ? [[path + name, value]] : typeof value === 'object' ? texts(value as object, `${path}${name}.`) : [])
  const english = new Map(texts(en))
  const same = texts(de).filter(([path, text]) => english.get(path) === text).map(([path]) => path)
  expect(same).toEqual(['product', 'factors.kinds.WEBAUTHN', 'keys.name'])
})

test('German tells the reasons of the blocklist apart, each in its words', async () => {
  const told = (reasons: string[]) => de.rule({ path: 'blocklist', message: 'It is too easy to guess: …', reasons })
  expect(new Set(pieceKinds.map((piece) => told([piece]))).size).toBe(pieceKinds.length)
  const { reasons } = (await judgeGuessable('qwertzuiopu1999', []))!
  expect(told([...reasons!])).toBe('Es ist zu leicht zu raten: Es besteht fast nur aus Jahreszahlen und nebeneinanderliegenden Tasten.')
  // Of a reason that these pages do not know yet.
  expect(told(['new'])).toBe('Es ist zu leicht zu raten: Es besteht fast nur aus Bekanntem.')
})

test('every step of signing in has a page', async () => {
  const { steps } = (await import('../console/src/steps.tsx' as string)) as { steps: object }
  expect(Object.keys(steps).toSorted()).toEqual([...stepNames].toSorted())
})
