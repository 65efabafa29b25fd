/** Everything that is kept about one person, as one JSON document that is written as it is read: memory stays flat. */
import { accessOf, askedMoment } from '../access/effective.ts'
import { searchEvents } from '../audit/search.ts'
import type { Context } from '../context.ts'
import { readUser } from '../directory/users.ts'
import { project, wholeOf } from '../model/project.ts'
import { user } from '../model/user.ts'
import { listFactors } from '../signin/factors.ts'
import { answeredQuestions } from '../signin/security-questions.ts'
import type { Row } from '../store/database.ts'
import { listDelegations } from '../store/delegations.ts'
import { decisionListing } from '../store/it-policies.ts'
import { documentOfRow, listRows, type Listing } from '../store/list-rows.ts'
import { membershipPages, placesOf, planPages, removalsOf, statusPages } from '../store/kept-of-person.ts'
import { messageListing } from '../store/messages.ts'
import { namedIn } from '../store/named-in.ts'
import { clientListing, clientOfRow } from '../store/oidc-clients.ts'
import { listConsents } from '../store/oidc-consents.ts'
import { efsAdminListing, portalUserListing } from '../store/portals.ts'
import { rememberedDevices } from '../store/remembered-devices.ts'
import { sessionListing } from '../store/sessions.ts'
import { urlOf } from './route.ts'

type Pages = AsyncIterable<readonly unknown[]>

/** The text, in pieces. */
export async function* exportOf(ctx: Context, id: string): AsyncGenerator<string> {
  const person = project(user, await readUser(ctx.db, id), wholeOf(user), urlOf(ctx, '', 'me'))
  yield `{"exported":${JSON.stringify(ctx.now().toISOString())},\n"person":${JSON.stringify(person)}`
  const parts: Record<string, Pages> = {
    sessions: rowsOf(ctx, sessionListing, { user_id: id }),
    factors: onePage(() => listFactors(ctx.db, id)),
    devices: onePage(() => rememberedDevices(ctx.db, id, ctx.now())),
    securityQuestions: onePage(() => answeredQuestions(ctx, id)),
    consents: onePage(() => listConsents(ctx.db, id, ctx.now())),
    policyDecisions: rowsOf(ctx, decisionListing, { user_id: id }),
    signInPlaces: onePage(() => placesOf(ctx.db, id)),
    access: accessPages(ctx, id),
    memberships: membershipPages(ctx.db, id),
    statuses: statusPages(ctx.db, id),
    delegations: onePage(() => listDelegations(ctx.db, id)),
    clients: rowsOf(ctx, clientListing, { user_id: id }, clientOfRow),
    portals: rowsOf(ctx, portalUserListing, { person_id: id }, (row) => ({ portalId: row.portal_id, ...documentOfRow(portalUserListing, row) })),
    portalAdministration: rowsOf(ctx, efsAdminListing, { person_id: id }),
    accountRemovals: onePage(() => removalsOf(ctx.db, id)),
    plans: planPages(ctx.db, id),
    messages: rowsOf(ctx, messageListing, { user_id: id }, messageToMe),
    namedIn: onePage(() => namedIn(ctx.db, id)),
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

/** Asked for when its turn comes: what fails before anybody waits for it would end the process. */
async function* onePage(read: () => Promise<readonly unknown[]>): AsyncGenerator<readonly unknown[]> {
  yield await read()
}

async function* rowsOf({ db }: Context, listing: Listing, where: Row, shown = (row: Row): unknown => documentOfRow(listing, row)): AsyncGenerator<readonly unknown[]> {
  for (let cursor: string | undefined; ;) {
    const { rows, next } = await listRows(db, listing, { count: 1000, where, ...(cursor === undefined ? {} : { cursor }) })
    yield rows.map(shown)
    if (next === undefined) return
    cursor = next
  }
}

/** What was written to somebody, without what the mail server said of it. */
function messageToMe(row: Row): unknown {
  const { lastError: _, attempts: __, due: ___, ...message } = documentOfRow(messageListing, row)
  return { ...message, content: row.content }
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
