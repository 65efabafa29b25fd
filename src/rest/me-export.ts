/** Everything that is kept about one person, as one JSON document that is written as it is read: memory stays flat. */
import { accessOf, askedMoment } from '../access/effective.ts'
import { searchEvents } from '../audit/search.ts'
import type { Context } from '../context.ts'
import { readUser } from '../directory/users.ts'
import type { Document } from '../model/attribute.ts'
import { project, wholeOf } from '../model/project.ts'
import { user } from '../model/user.ts'
import { listFactors } from '../signin/factors.ts'
import { answeredQuestions } from '../signin/security-questions.ts'
import { rememberedDevices } from '../store/remembered-devices.ts'
import { documentOfRow, listRows } from '../store/list-rows.ts'
import { sessionListing } from '../store/sessions.ts'
import { listConsents } from '../store/oidc-consents.ts'
import { policyDecisions } from '../store/policy-decisions.ts'
import { urlOf } from './route.ts'

type Pages = AsyncIterable<readonly unknown[]>

/** The text, in pieces. */
export async function* exportOf(ctx: Context, id: string): AsyncGenerator<string> {
  const person = project(user, await readUser(ctx.db, id), wholeOf(user), urlOf(ctx, '', 'me'))
  yield `{"exported":${JSON.stringify(ctx.now().toISOString())},\n"person":${JSON.stringify(person)}`
  const parts: Record<string, Pages> = {
    sessions: sessionsOf(ctx, id),
    factors: onePage(listFactors(ctx.db, id)),
    devices: onePage(rememberedDevices(ctx.db, id, ctx.now())),
    securityQuestions: onePage(answeredQuestions(ctx, id)),
    consents: onePage(listConsents(ctx.db, id)),
    policyDecisions: onePage(policyDecisions(ctx.db, id)),
    access: accessPages(ctx, id),
    eventsAboutMe: eventPages(ctx, id, { targetType: 'User', targetId: id }),
    eventsByMe: eventPages(ctx, id, { actorId: id }),
  }
  for (const [name, pages] of Object.entries(parts)) yield* part(name, pages)
  yield '}\n'
}

async function* part(name: string, pages: Pages): AsyncGenerator<string> {
  yield `,\n${JSON.stringify(name)}:[`
  let first = true
  for await (const page of pages) {
    if (page.length === 0) continue
    yield (first ? '' : ',\n') + page.map((one) => JSON.stringify(one)).join(',\n')
    first = false
  }
  yield ']'
}

async function* onePage(page: Promise<readonly unknown[]>): AsyncGenerator<readonly unknown[]> {
  yield await page
}

async function* sessionsOf({ db }: Context, id: string): AsyncGenerator<readonly Document[]> {
  const { rows } = await listRows(db, sessionListing, { count: 1000, where: { user_id: id } })
  yield rows.map((row) => documentOfRow(sessionListing, row))
}

async function* accessPages(ctx: Context, id: string): AsyncGenerator<readonly unknown[]> {
  for (let cursor: string | undefined; ;) {
    const { items, next } = await accessOf(ctx, id, askedMoment(ctx, undefined), { count: 1000, ...(cursor === undefined ? {} : { cursor }) })
    yield items
    if (next === undefined) return
    cursor = next
  }
}

/** What others showed when they acted, and from where, is about them; and so is what somebody changed of theirs. */
async function* eventPages(ctx: Context, id: string, which: { targetType?: string; targetId?: string; actorId?: string }): AsyncGenerator<readonly unknown[]> {
  for (let cursor: string | undefined; ;) {
    const { items, next } = await searchEvents(ctx.db, { ...which, count: 1000, ...(cursor === undefined ? {} : { cursor }) })
    yield items.map((event) => ({
      ...event, ...(event.actorId === id ? {} : { principal: undefined, ip: undefined }),
      ...(event.targetType === 'User' && event.targetId === id ? {} : { changes: undefined }),
    }))
    if (next === undefined) return
    cursor = next
  }
}
