/**
 * Whether a portal is set up on both sides, before anything is pushed: its client, group, addresses and issuer, and
 * whether its mapping fits the user schema. Reads only.
 */
import type { Database } from '../store/database.ts'
import { GatehouseError } from '../errors.ts'
import { counted } from '../model/counted.ts'
import { defaultMapping, externalIdField, mappingOf, type Mapping } from '../model/account-mapping.ts'
import { accessGroupOf, redirectAddressesOf, type PortalSettings } from '../model/portal-settings.ts'
import { peopleInBoth, readMappings } from '../store/account-mappings.ts'
import { readPortalSecret } from '../store/portal-sign-in.ts'
import { readPortalSettings } from '../store/portals.ts'
import { RemoteError, type Connector } from './connector.ts'
import { groupProblem } from './portal-groups.ts'

export interface PortalFinding {
  /** What was looked at: schema, mapping, client, group, redirects, issuer. */
  subject: string
  result: 'good' | 'note' | 'problem'
  message: string
  /** What has to be declared in the user schema. */
  declare?: Record<string, unknown>
}

type Found = Omit<PortalFinding, 'subject'>

const good = (message: string): Found => ({ result: 'good', message })
const note = (message: string): Found => ({ result: 'note', message })
const problem = (message: string): Found => ({ result: 'problem', message })

/** Errors: `not_found`. What the connected system refuses to tell is a finding too. */
export async function checkPortalSetup(db: Database, connector: Connector, portalId: number): Promise<PortalFinding[]> {
  const settings = (await readPortalSettings(db, [portalId])).get(portalId)
  if (!settings) throw new GatehouseError('not_found', `There is no portal ${portalId}.`)
  const mappings = await readMappings(db)
  const findings: PortalFinding[] = []
  const look = async (subject: string, work: () => Promise<Found[]>) => {
    try {
      findings.push(...(await work()).map((found) => ({ subject, ...found })))
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error
      findings.push({ subject, ...problem(`could not be looked at: ${error.request}: ${error.message} (${error.status} ${error.code})`) })
    }
  }
  const own = mappingOf(mappings, [portalId], false)
  await look('schema', () => schemaFindings(connector, own, 'the portal\'s people'))
  const ofAdmins = mappings.admins ?? defaultMapping
  if (ofAdmins !== own) await look('schema', () => schemaFindings(connector, ofAdmins, 'administrators'))
  await look('mapping', () => rivals(db, portalId, mappings.portals))
  await look('group', () => groupFindings(connector, portalId, settings))
  const hasSecret = settings.client_id !== undefined && (await readPortalSecret(db, portalId)) !== undefined
  await look('client', () => clientFindings(connector, portalId, settings, hasSecret))
  await look('issuer', async () => {
    if (settings.issuer === undefined) return [note('no issuer is set: people sign in at OKTA_ORG_URL itself')]
    const wrong = await connector.issuerProblem(settings.issuer)
    return [wrong === null ? good(`${settings.issuer} answers`) : problem(wrong)]
  })
  return findings
}

async function schemaFindings(connector: Connector, mapping: Mapping, whose: string): Promise<Found[]> {
  const missing = (await connector.undeclaredFields(mapping)).filter((field) => field !== externalIdField || whose !== 'administrators')
  const wrong = await connector.schemaProblems(mapping)
  return [
    ...wrong.map(({ path, message }) => problem(`${path} ${message} (mapping of ${whose})`)),
    ...missing.map((field): Found => ({ ...note(`${field} is not declared yet; the first run declares it, or declare it by hand (mapping of ${whose})`), declare: { [field]: connector.declarationOf(field) } })),
    ...(wrong.length + missing.length === 0 ? [good(`the mapping of ${whose} fits the user schema`)] : []),
  ]
}

/** Fields that people in two portals would get differently: the lower number decides, which somebody ought to know. */
async function rivals(db: Database, portalId: number, portals: ReadonlyMap<number, Mapping>): Promise<Found[]> {
  const own = new Map((portals.get(portalId) ?? defaultMapping).map(({ target, value }) => [target, JSON.stringify(value)]))
  const shared = portals.size === 0 ? [] : await peopleInBoth(db, portalId)
  return shared.flatMap(({ portal_id: other, people }) => {
    const differing = (portals.get(other) ?? defaultMapping).filter(({ target, value }) => own.has(target) && own.get(target) !== JSON.stringify(value))
    if (differing.length === 0) return []
    const fields = differing.map(({ target }) => target).join(', ')
    return [note(`${counted(people, 'person is', 'people are')} in portal ${other} too, whose mapping fills ${fields} otherwise: that of portal ${Math.min(portalId, other)} counts`)]
  })
}

async function groupFindings(connector: Connector, portalId: number, settings: PortalSettings): Promise<Found[]> {
  const group = accessGroupOf(portalId, settings)
  const id = await connector.findGroup(group)
  const wrong = id === null ? null : await groupProblem(connector, portalId, settings)
  if (wrong !== null) return [problem(wrong)]
  return [id === null ? note(`there is no group "${group}" yet; the first run makes it`) : good(`the group "${group}" is ${id}`)]
}

async function clientFindings(connector: Connector, portalId: number, settings: PortalSettings, hasSecret: boolean): Promise<Found[]> {
  const { client_id: clientId } = settings
  if (clientId === undefined) return [note('no client_id is set: who is in the group has no app by it that this could check')]
  const app = await connector.findApp(clientId)
  if (!app) return [problem(`there is no app with the client_id ${clientId}`)]
  const group = accessGroupOf(portalId, settings)
  const strange = redirectAddressesOf(settings).filter((address) => !app.redirectAddresses.includes(address))
  return [
    app.isActive ? good(`the client is that of the app "${app.label}" (${app.id})`) : problem(`the app "${app.label}" (${app.id}) is not active`),
    await connector.appHasGroup(app.id, group) ? good(`the group "${group}" has the app`)
      : problem(`the group "${group}" is not assigned to the app "${app.label}": its members could not sign in`),
    ...strange.map((address) => problem(`the app does not know the redirect address ${address}`)),
    hasSecret ? good('the client has a secret here') : note(`no secret is set: right for a public client alone; any other cannot sign anybody in. Set it: npx gatehouse portal secret ${portalId} --file FILE`),
    ...(strange.length === 0 && settings.redirect_uri !== undefined ? [good('the redirect addresses are those of the app')] : []),
    ...(settings.redirect_uri === undefined ? [note(`no redirect_uri is set: people come back to PUBLIC_URL/api/v1/portals/${portalId}/callback, which the app must list`)] : []),
  ]
}
