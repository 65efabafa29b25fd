/** What plans tell of a person who is erased: steps about them, steps that would have made them, and rows that were refused. */
import { adoptedTables } from '../model/adopted-rows.ts'
import { ownNames } from '../model/distinguished-name.ts'
import { comparedText, writtenForms } from '../model/text.ts'
import type { Transaction } from './database.ts'
import { isBehind, keyHash } from './plans.ts'
import { isOneOf } from './text-order.ts'

/** What somebody is known by, and the path that says so: `userName`, `employeeNumber`, `displayName`, `name.familyName`, `emails.value`, `logins.login`. */
export interface KnownName {
  path: string
  value: string
}

/** What was done before stays done. */
const blank = `changes = null, problems = null, result = null, secret = null, label = null, status = case when ${isBehind} then 'done' else status end`

const { users, panelists, administratorLinks, panelistLinks } = adoptedTables
/** Resources whose steps have a person as their target: ids of other things may be the same. */
const aboutPeople = `('User', 'Membership', 'Affiliation', ${[users, panelists, administratorLinks, panelistLinks].map(({ resource }) => `'${resource}'`).join(', ')})`

/** Paths whose values say who somebody is; another value is nobody's, whoever has the like as a number. */
const naming = '^(id|userName|displayName|employeeNumber|user|source|target|alternateId|certDelegateId|certifierId)$|^(name|emails|logins|supervisors|relations)([.[]|$)'

/**
 * Holds what could bring a person back, before anybody looks whether they are there: an undo that is under way comes to its end first, and one
 * that begins later finds nothing. Plans and their steps are taken before people everywhere, and so are all merges that are blanked with the person:
 * those they or anybody merged into them were part of, on either side, and those that passed on what a survivor had from them.
 */
export async function holdKept(tx: Transaction, userId: string): Promise<void> {
  await tx.execute(
    `with recursive merge (id, duplicate, survivor) as (select plan_id, options->>'duplicate', options->>'survivor' from gatehouse.plan where kind = 'merge'),
       erased (id) as (select $1::text union select m.duplicate from erased e join merge m on m.survivor = e.id),
       onward (id) as (select id from erased union select m.survivor from onward o join merge m on m.duplicate = o.id)
     select from gatehouse.plan where plan_id in (select id from merge where duplicate in (select id from onward) or survivor in (select id from erased)) order by plan_id for update`, [userId])
  await tx.execute(
    `select from gatehouse.plan_step where target_id = $1 and action = 'delete' and secret is not null and plan_id in (select plan_id from gatehouse.plan where kind = 'mass-delete')
     order by plan_id, step_no for update`, [userId])
}

/**
 * Blanks what plans tell of a person.
 * @param names what they are known by, and were; what is somebody else's today tells of them
 */
export async function blankPlans(tx: Transaction, userId: string, names: readonly KnownName[]): Promise<void> {
  await tx.execute(`update gatehouse.plan_step set ${blank} where target_id = $1 and resource in ${aboutPeople}`, [userId])
  await blankMerges(tx, userId)
  const own = await withoutOthers(tx, userId, names.flatMap(formsOf).filter(({ value }) => value !== ''))
  await blankUnborn(tx, userId, own)
  const known = [...new Set([userId, ...own.map(({ value }) => value)])]
  await blankTitles(tx, known)
  await blankRefused(tx, known)
  await blankReasons(tx, known)
}

/** Plans hold names as a file wrote them: with their accents in the letters, or behind them. */
const formsOf = ({ path, value }: KnownName): KnownName[] => writtenForms(value.toLowerCase()).map((one) => ({ path, value: one }))

/** Merges that they were part of, on either side, and those that passed on what a survivor had from them; such a plan has one step. */
async function blankMerges(tx: Transaction, userId: string): Promise<void> {
  const merges = await tx.query<{ id: string }>(
    `with recursive merge (id, survivor) as (
       select plan_id, options->>'survivor' from gatehouse.plan where kind = 'merge' and options->>'duplicate' = $1
       union select p.plan_id, p.options->>'survivor' from merge m join gatehouse.plan p on p.kind = 'merge' and p.options->>'duplicate' = m.survivor)
     update gatehouse.plan set title = kind where kind = 'merge' and (options->>'survivor' = $1 or plan_id in (select id from merge)) returning plan_id as id`, [userId])
  if (merges.length > 0) await tx.execute(`update gatehouse.plan_step set ${blank} where plan_id = any($1) and step_no = 1`, [merges.map(({ id }) => id)])
}

/** The names that nobody else has today, as a user name or family name, a login, a number or an address. */
async function withoutOthers(tx: Transaction, userId: string, names: readonly KnownName[]): Promise<KnownName[]> {
  const standing = (column: string, byLetters?: true) => isOneOf({ byLetters }, column, '$1::text[]')
  const taken = await tx.query<{ value: string }>(
    `select lower(user_name) as value from public.users where ${standing('user_name')} and user_id <> $2
     union select lower(last_name) from public.users where ${standing('last_name', true)} and user_id <> $2
     union select lower(employee_id) from public.users where ${standing('employee_id')} and user_id <> $2
     union select lowercase_login from public.login where lowercase_login = any($1) and user_id <> $2
     union select lower(e.email_address) from public.email_address e join public.users u on u.user_id = e.parent_id where lower(e.email_address) collate "C" = any($1) and u.user_id <> $2`,
    [[...new Set(names.map(({ value }) => value))], userId])
  const others = new Set(taken.map(({ value }) => comparedText(value)))
  return names.filter(({ value }) => !others.has(comparedText(value)))
}

/** By what an import may find somebody who is known by a name: what is a login here stands as an address there. */
const keyPaths: Readonly<Record<string, readonly string[]>> = {
  employeeNumber: ['employeeNumber'], userName: ['userName', 'logins.login', 'emails.value'], 'logins.login': ['userName', 'logins.login', 'emails.value'], 'emails.value': ['userName', 'logins.login', 'emails.value'],
}

/** Steps that would have made them, or failed to, and what hangs on these: each plan gives whom it makes an id of its own. */
async function blankUnborn(tx: Transaction, userId: string, names: readonly KnownName[]): Promise<void> {
  const hashes = [...new Set(names.flatMap(({ path, value }) => (keyPaths[path] ?? []).map((one) => keyHash(`${one}=${value}`))))]
  const unborn = await tx.query<{ plan: string; target: string }>(
    `select distinct k.plan_id as plan, k.target_id as target from gatehouse.plan p join gatehouse.plan_key k on k.plan_id = p.plan_id and k.resource = 'User' and k.key_hash = any($1)
     where k.target_id <> $2 and not exists (select from public.users u where u.user_id = k.target_id)
       and exists (select from gatehouse.plan_step s where s.target_id = k.target_id and s.plan_id = k.plan_id and s.resource = 'User' and s.action = 'create')`, [hashes, userId])
  if (unborn.length === 0) return
  await tx.execute(
    `update gatehouse.plan_step s set ${blank} from unnest($1::text[], $2::text[]) n(plan, target)
     where s.target_id = n.target and s.plan_id = n.plan and s.resource in ${aboutPeople}`, [unborn.map(({ plan }) => plan), unborn.map(({ target }) => target)])
}

const named = (test: string) => `exists (select from unnest($1::text[]) n(name) where ${test})`

/** Filters that name them, as filters write texts. */
async function blankTitles(tx: Transaction, known: readonly string[]): Promise<void> {
  await tx.execute(
    `update gatehouse.plan set title = kind, options = options || case when options ? 'filter' then '{"filter": ""}' else '{}' end::jsonb || case when options ? 'q' then '{"q": ""}' else '{}' end::jsonb
     where (options ? 'filter' or options ? 'q') and (lower(options->>'q') = any($1) or ${named(`position(to_jsonb(n.name)::text in lower(options->>'filter')) > 0`)})`, [known])
}

const isRefused = `s.problems is not null and s.action in ('error', 'conflict', 'skipped')`
const refused = `s.target_id is null and ${isRefused}`
/** Whether a problem `p.one` names somebody: whole texts alone, what was given and what is quoted in the reason. */
const tells = `((p.one->>'path' is null or p.one->>'path' ~ '${naming}')
   and (lower(p.one->>'value') = any($1) or ${named(`position('"' || n.name || '"' in lower(p.one->>'message')) > 0`)}))`
const member = `coalesce(s.problems->0->>'value', s.label)`

/** Rows of files that were refused and members that nobody knew, which have no target. */
async function blankRefused(tx: Transaction, known: readonly string[]): Promise<void> {
  const called = await calledMembers(tx, known)
  await tx.execute(
    `update gatehouse.plan_step s set ${blank}
     where ${refused} and (lower(s.label) = any($1) or exists (select from jsonb_array_elements(s.problems) p(one) where ${tells})
       or (s.plan_id, s.step_no) in (select * from unnest($2::text[], $3::int[])))`, [known, called.map(({ plan }) => plan), called.map(({ step }) => step)])
}

/** Steps about others, which were refused for what they said of somebody, as was the rest of their row: the reason goes, and theirs stays. */
async function blankReasons(tx: Transaction, known: readonly string[]): Promise<void> {
  await tx.execute(
    `update gatehouse.plan_step s set problems = (select jsonb_agg(p.one order by p.at) from jsonb_array_elements(s.problems) with ordinality p(one, at) where ${tells} is not true)
     where s.target_id is not null and ${isRefused} and exists (select from jsonb_array_elements(s.problems) p(one) where ${tells})`, [known])
}

/** Members that are called by a name at the head of a distinguished name, and those of older versions, whose label alone says so. */
async function calledMembers(tx: Transaction, known: readonly string[]): Promise<{ plan: string; step: number }[]> {
  const some = await tx.query<{ plan: string; step: number; text: string; whole: boolean }>(
    `select s.plan_id as plan, s.step_no as step, ${member} as text, s.problems->0 ? 'value' as whole from gatehouse.plan_step s
     where ${refused} and s.resource = 'Membership' and (${named(`position(n.name in lower(${member})) > 0`)} or ${member} ~ '[\\\\"]')`, [known])
  const names = new Set(known.map(comparedText))
  const isCalled = (text: string) => [text, ...ownNames(text)].some((name) => names.has(comparedText(name)))
  return some.filter(({ text, whole }) => (whole ? [text] : beginnings(text)).some(isCalled))
}

/** What stands before each ` in `: groups and people may have one in their names. */
function beginnings(label: string): string[] {
  const parts = label.split(' in ')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join(' in '))
}
