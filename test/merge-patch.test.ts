/** JSON Merge Patch: the examples of RFC 7396 appendix A, and what hostile patches try. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergePatch } from '../src/model/merge-patch.ts'

describe('RFC 7396 appendix A', () => {
  test.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', 'null', 'null'],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('%s patched with %s is %s', (target, patch, result) => {
    expect(mergePatch(JSON.parse(target), JSON.parse(patch))).toEqual(JSON.parse(result))
  })
})

test('changes neither the target nor the patch', () => {
  const target = { a: { b: 1 }, c: [1] }
  const patch = { a: { b: null, d: { e: 1 } }, c: null }
  const [targetBefore, patchBefore] = [structuredClone(target), structuredClone(patch)]
  expect(mergePatch(target, patch)).toEqual({ a: { d: { e: 1 } } })
  expect([target, patch]).toEqual([targetBefore, patchBefore])
})

test('__proto__ and constructor are members like any other', () => {
  const patch: unknown = JSON.parse('{"__proto__": {"admin": true}, "constructor": {"prototype": {"admin": true}}}')
  const result = mergePatch({ a: 1 }, patch) as { admin?: boolean }
  expect(result.admin).toBeUndefined()
  expect(({} as { admin?: boolean }).admin).toBeUndefined()
  expect(Object.keys(result)).toEqual(['a', '__proto__', 'constructor'])
})

test('goes 50 levels deep and no deeper', () => {
  const nest = (levels: number) => JSON.parse('{"a":'.repeat(levels) + '1' + '}'.repeat(levels)) as unknown
  expect(mergePatch({}, nest(50))).toEqual(nest(50))
  expect(() => mergePatch({}, nest(51))).toThrow('nested deeper than 50 levels')
  expect(() => mergePatch({}, nest(5_000))).toThrow('nested deeper than 50 levels')
})

test('applied twice is applied once', () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
    const once = mergePatch(target, patch)
    expect(mergePatch(once, patch)).toEqual(once)
  }), { numRuns: 300 })
})
