/** The access graph as nodes and edges: bounded, paged, and paths that are the shortest there are. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { neighbourhood } from '../src/access/graph-neighbourhood.ts'
import { shortestPath } from '../src/access/graph-path.ts'
import { dotOf, mermaidOf, type GraphEdge, type GraphNode } from '../src/model/access-graph.ts'
import { testContext } from './context.ts'
import { testServer } from './rest-server.ts'

//  ann ─▶ g1 ─▶ g2 ─▶ r1 ─▶ r2 ─[READ]▶ s1 ─▶ s2      ann ┄ended┄▶ s2      bob ─▶ o1 ─▶ r1      everyone ─▶ g3 ─▶ s3
const { ctx, ask } = await testServer()
await ctx.db.execute(`
  insert into users (user_id, first_name, last_name, status, graph_id) values ('ann', 'Ann', 'A "quoted" <b>', 'ACTIVE', 'vertex-ann'), ('bob', 'Bob', 'B', 'ACTIVE', null), ('eve', 'Eve', 'E', 'TERMINATED', null);
  insert into grp (grp_id, grp_name, assign_to_all) values ('g1', 'Group one', 'N'), ('g2', 'Group two', 'N'), ('g3', 'Everyone', 'Y');
  insert into role (role_id, role_name, graph_id, status) values ('r1', 'Role one', 'vertex-r1', 'ACTIVE'), ('r2', 'Role two', null, 'ACTIVE'), ('r3', 'Retired', null, 'DELETED');
  insert into company (company_id, company_name) values ('o1', 'Organisation');
  insert into res (resource_id, resource_type_id, name) values ('s1', 'WEBSERVICE', 's1'), ('s2', 'WEBSERVICE', 's2'), ('s3', 'WEBSERVICE', 's3');
  insert into user_grp (user_id, grp_id, membership_id) values ('ann', 'g1', 'm1'), ('eve', 'g1', 'm2');
  insert into user_role (user_id, role_id, membership_id) values ('ann', 'r3', 'm6');
  insert into resource_user (user_id, resource_id, membership_id, end_date) values ('ann', 's2', 'm4', '2020-01-01');
  insert into user_affiliation (user_id, company_id, membership_id) values ('bob', 'o1', 'm3');
  insert into grp_to_grp_membership (membership_id, grp_id, member_grp_id, edge_id) values ('e1', 'g2', 'g1', 'edge-one');
  insert into grp_role (membership_id, role_id, grp_id, description, granted_by) values ('e2', 'r1', 'g2', 'request 7', 'carol');
  insert into role_to_role_membership (membership_id, role_id, member_role_id) values ('e3', 'r2', 'r1');
  insert into resource_role (membership_id, resource_id, role_id) values ('e4', 's1', 'r2'), ('e10', 's2', 'r3');
  insert into res_role_membership_rights (membership_id, access_right_id) values ('e4', 'READ');
  insert into res_to_res_membership (membership_id, resource_id, member_resource_id) values ('e5', 's2', 's1');
  insert into role_org_membership (membership_id, role_id, company_id, start_date) values ('e7', 'r1', 'o1', '2020-01-01');
  insert into resource_group (membership_id, resource_id, grp_id) values ('e8', 's3', 'g3');
`)

const names = (nodes: readonly GraphNode[]) => nodes.map(({ node }) => node)
const ends = (edges: readonly GraphEdge[]) => edges.map(({ source, target }) => `${source}>${target}`)

describe('the neighbourhood', () => {
  test('of a role, both ways: nodes with their graph ids, the number of people, edges with dates, rights and ids', async () => {
    const { nodes, edges, cut } = await neighbourhood(ctx, { node: 'Role:r1' })
    expect(names(nodes)).toEqual(['Role:r1', 'Group:g2', 'Organization:o1', 'Role:r2'])
    expect(nodes[0]).toEqual({ node: 'Role:r1', type: 'Role', id: 'r1', name: 'Role one', graphId: 'vertex-r1', active: true, depth: 0, people: { count: 0, more: false } })
    expect(nodes.map(({ graphId }) => graphId)).toEqual(['vertex-r1', 'gg2', 'oo1', 'rr2'])
    expect(edges).toContainEqual({ edgeId: 'e2', kind: 'GroupRole', source: 'Group:g2', target: 'Role:r1', inForce: true, rights: [], description: 'request 7', grantedBy: 'carol' })
    expect(edges).toContainEqual({ edgeId: 'e7', kind: 'OrganizationRole', source: 'Organization:o1', target: 'Role:r1', start: '2020-01-01T00:00:00.000Z', inForce: true, rights: [] })
    expect(cut).toEqual(['depth'])
  })

  test('goes one way, deeper, and says when nothing is left out', async () => {
    const found = await neighbourhood(ctx, { node: 'Group:g1', depth: 5, direction: 'out' })
    expect(names(found.nodes)).toEqual(['Group:g1', 'Group:g2', 'Role:r1', 'Role:r2', 'Resource:s1', 'Resource:s2'])
    expect(found.edges.map(({ edgeId }) => edgeId)).toEqual(['edge-one', 'e2', 'e3', 'e4', 'e5'])
    expect(found.edges[3]).toMatchObject({ rights: ['READ'] })
    expect([found.cut, found.next]).toEqual([undefined, undefined])
  })

  test('shows people when asked, so many, and counts those in force otherwise', async () => {
    expect(names((await neighbourhood(ctx, { node: 'Group:g1', direction: 'in' })).nodes)).toEqual(['Group:g1'])
    const one = await neighbourhood(ctx, { node: 'Group:g1', direction: 'in', people: 1 })
    expect([names(one.nodes), one.cut, one.nodes[0]!.people]).toEqual([['Group:g1', 'User:ann'], ['people'], { count: 2, more: false }])
    const both = await neighbourhood(ctx, { node: 'Group:g1', direction: 'in', people: 2 })
    expect([names(both.nodes), both.cut, both.nodes.map(({ active }) => active)]).toEqual([['Group:g1', 'User:ann', 'User:eve'], undefined, [true, true, false]])
  })

  test('of a person is what they have; what has ended only when asked', async () => {
    expect(ends((await neighbourhood(ctx, { node: 'User:ann' })).edges)).toEqual(['User:ann>Group:g1', 'User:ann>Role:r3'])
    const all = await neighbourhood(ctx, { node: 'User:ann', all: true })
    expect(all.edges.at(-1)).toMatchObject({ target: 'Resource:s2', end: '2020-01-01T00:00:00.000Z', inForce: false })
    expect(all.nodes[0]!.graphId).toBe('vertex-ann')
  })

  test('in pages: each node and edge once, no edge before its ends', async () => {
    const whole = await neighbourhood(ctx, { node: 'Role:r1', depth: 5 })
    for (const count of [1, 2, 3]) {
      const [nodes, edges]: [string[], string[]] = [[], []]
      for (let cursor: string | undefined; ;) {
        const page = await neighbourhood(ctx, { node: 'Role:r1', depth: 5, count, cursor })
        nodes.push(...names(page.nodes))
        for (const edge of page.edges) {
          expect([nodes.includes(edge.source), nodes.includes(edge.target)]).toEqual([true, true])
          edges.push(edge.edgeId)
        }
        if (page.next === undefined) break
        cursor = page.next
      }
      expect(nodes).toEqual(names(whole.nodes))
      expect(edges.toSorted()).toEqual(whole.edges.map(({ edgeId }) => edgeId).toSorted())
    }
  })

  test('is bounded, and says so', async () => {
    const crowd = await testContext()
    await crowd.db.execute(`
      insert into role (role_id, role_name) values ('top', 'top');
      insert into res (resource_id, resource_type_id, name) select 'x' || n, 'WEBSERVICE', 'x' || n from generate_series(1, 1500) n;
      insert into resource_role (membership_id, resource_id, role_id) select 'e' || n, 'x' || n, 'top' from generate_series(1, 1500) n;
      insert into users (user_id, last_name, status) select 'u' || n, 'U', 'ACTIVE' from generate_series(1, 300) n;
      insert into user_role (user_id, role_id, membership_id) select 'u' || n, 'top', 'm' || n from generate_series(1, 300) n`)
    const found = await neighbourhood(crowd, { node: 'Role:top', people: 200, count: 1000 })
    expect([found.nodes.length, found.nodes[0]!.people, found.cut, found.next !== undefined]).toEqual([1000, { count: 300, more: false }, ['edges', 'people'], true])
  })
})

describe('the path', () => {
  test('goes as access flows, edge by edge', async () => {
    const path = await shortestPath(ctx, { from: 'User:ann', to: 'Resource:s2' })
    expect([path.found, path.length, names(path.nodes)]).toEqual([true, 6, ['User:ann', 'Group:g1', 'Group:g2', 'Role:r1', 'Role:r2', 'Resource:s1', 'Resource:s2']])
    expect(path.edges.map(({ edgeId }) => edgeId)).toEqual(['m1', 'edge-one', 'e2', 'e3', 'e4', 'e5'])
  })

  test('is not there against the flow, by what has ended, or by what is not active; undirected it may be', async () => {
    expect(await shortestPath(ctx, { from: 'Resource:s1', to: 'Group:g1' })).toMatchObject({ found: false, edges: [] })
    expect(await shortestPath(ctx, { from: 'User:ann', to: 'Role:r3' })).toMatchObject({ found: false })
    const other = await shortestPath(ctx, { from: 'User:ann', to: 'User:bob', undirected: true })
    expect(names(other.nodes)).toEqual(['User:ann', 'Group:g1', 'Group:g2', 'Role:r1', 'Organization:o1', 'User:bob'])
    expect((await shortestPath(ctx, { from: 'Role:r3', to: 'Resource:s1', undirected: true })).length).toBe(2)
  })

  test('goes by what everybody has', async () => {
    const path = await shortestPath(ctx, { from: 'User:bob', to: 'Resource:s3' })
    expect(path.edges.map(({ kind, edgeId }) => [kind, edgeId])).toEqual([['Everyone', 'everyone:gg3'], ['GroupResource', 'e8']])
  })

  test('to oneself has no edges; what does not exist is named', async () => {
    expect(await shortestPath(ctx, { from: 'Role:r1', to: 'Role:r1' })).toMatchObject({ found: true, length: 0, edges: [] })
    await expect(shortestPath(ctx, { from: 'User:ann', to: 'Role:none' })).rejects.toMatchObject({ code: 'not_found', message: 'There is no Role with the id none.' })
  })

  test('is as short as a plain search over random graphs finds', async () => {
    const random = await testContext()
    const size = 10
    await random.db.execute(`insert into role (role_id, role_name) select 'r' || n, 'r' || n from generate_series(0, ${size - 1}) n`)
    const edges = fc.uniqueArray(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)).filter(([a, b]) => a !== b), { maxLength: 25, selector: ([a, b]) => a * size + b })
    await fc.assert(fc.asyncProperty(edges, fc.nat(size - 1), fc.nat(size - 1), fc.boolean(), async (list, from, to, undirected) => {
      await random.db.execute('delete from role_to_role_membership')
      await random.db.execute(`insert into role_to_role_membership (membership_id, member_role_id, role_id) select 'e' || a || b, 'r' || a, 'r' || b from unnest($1::int[], $2::int[]) x(a, b)`,
        [list.map(([a]) => a), list.map(([, b]) => b)])
      const expected = plainDistance([...list, ...(undirected ? list.map(([a, b]): [number, number] => [b, a]) : [])], from, to)
      const path = await shortestPath(random, { from: `Role:r${from}`, to: `Role:r${to}`, undirected })
      expect(path.length).toBe(expected)
      expect(path.edges).toHaveLength(expected ?? 0)
    }), { numRuns: 60 })
  })
})

function plainDistance(edges: readonly (readonly [number, number])[], from: number, to: number): number | undefined {
  let reached = new Set([from])
  for (let length = 0; length < 30; length++) {
    if (reached.has(to)) return length
    reached = new Set([...reached, ...edges.filter(([a]) => reached.has(a)).map(([, b]) => b)])
  }
  return undefined
}

test('the door takes parameters within limits and refuses others by name', async () => {
  expect(await ask('GET', '/access/graph/neighbourhood?node=Role:r1&depth=2&direction=in&count=2')).toMatchObject({ status: 200, body: { nodes: [{ node: 'Role:r1' }, {}], next: expect.any(String) } })
  expect(await ask('GET', '/access/graph/path?from=User:ann&to=Resource:s1')).toMatchObject({ status: 200, body: { found: true, length: 5 } })
  for (const query of ['node=r1', 'node=Robot:1', 'node=Role:', 'node=Role:r1&depth=6', 'node=Role:r1&direction=up', 'node=Role:r1&people=201']) {
    expect(await ask('GET', `/access/graph/neighbourhood?${query}`)).toMatchObject({ status: 400, body: { code: 'invalid_parameter' } })
  }
  expect(await ask('GET', '/access/graph/neighbourhood?node=Role:r1&cursor=zz')).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } })
  expect((await ask('GET', '/access/graph/path?from=User:none&to=Resource:s1')).status).toBe(404)
})

test('drawings hold every node and edge, and names cannot break out of them', async () => {
  const drawing = await neighbourhood(ctx, { node: 'User:ann', all: true })
  const dot = dotOf(drawing)
  expect(dot).toContain(String.raw`"User:ann" [label="User Ann A \"quoted\" <b>", shape=ellipse];`)
  expect(dot).toContain('"User:ann" -> "Resource:s2" [label="", style=dashed];')
  expect(dot).toContain('"Role:r3" [label="Role Retired, 1 person", shape=hexagon, style=dashed];')
  const mermaid = mermaidOf(drawing)
  expect(mermaid).toContain('n0(["User Ann A &quot;quoted&quot; &lt;b&gt;"])')
  expect(mermaid).toMatch(/n0 -\.-> n\d/)
})
