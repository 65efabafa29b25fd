/** What the tests of the Okta double share: one with fixed chance and a clock that stands still, and short calls. */
import { seededRandom } from '../twin/random.ts'
import { createTwin } from '../twin/server.ts'
import type { Twin, TwinOptions } from '../twin/server.ts'

/** What came over the wire; each test says what it expects of it. */
export type Wire = ReturnType<typeof JSON.parse>

export interface Answer {
  status: number
  body: Wire
  headers: Record<string, string | string[] | number | undefined>
}

export interface Harness {
  twin: Twin
  /** Sends with the right token unless `headers` say otherwise; a string body goes as it is. */
  call(method: string, url: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  /** A user made by the API. */
  user(login: string, options?: { password?: string; activate?: boolean; profile?: object }): Promise<Wire>
  /** Puts a user into a status that only a user's own doing reaches. */
  force(id: string, status: string): Promise<void>
  /** Moves the double's clock on. */
  wait(seconds: number): Promise<void>
}

export const token = 'test-token'
export const password = 'Correct-Horse-7'

/** A double that nothing else uses; `clock` stands at 2026-01-01 until `wait`. */
export function harness(options: TwinOptions = {}): Harness {
  const clock = () => new Date('2026-01-01T00:00:00.000Z')
  const twin = createTwin({ token, clock, random: seededRandom(7), ...options })
  const call: Harness['call'] = async (method, url, body, headers = {}) => {
    const response = await twin.inject({
      method: method as 'GET',
      url,
      headers: { authorization: `SSWS ${token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const json = String(response.headers['content-type'] ?? '').includes('json')
    return { status: response.statusCode, body: json ? response.json() : response.body, headers: response.headers }
  }
  return {
    twin,
    call,
    async user(login, { password: value, activate = true, profile = {} } = {}) {
      const credentials = value === undefined ? {} : { credentials: { password: { value } } }
      const body = { profile: { login, email: login, firstName: 'Ada', lastName: 'Byron', ...profile }, ...credentials }
      const answer = await call('POST', `/api/v1/users?activate=${activate}`, body)
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
      return answer.body
    },
    async force(id, status) {
      await call('PUT', `/_twin/users/${id}/status`, { status })
    },
    async wait(seconds) {
      await call('POST', '/_twin/clock', { advanceSeconds: seconds })
    },
  }
}

/** The address of a list's next page, or null. */
export function nextOf(answer: Answer): string | null {
  for (const line of [answer.headers['link'] ?? []].flat()) {
    const match = /^<https?:\/\/[^/]+([^>]+)>; rel="next"$/.exec(String(line))
    if (match) return match[1]!
  }
  return null
}

/** Walks a list to its end. */
export async function everyPage(call: Harness['call'], url: string): Promise<Wire[][]> {
  const pages: Wire[][] = []
  for (let next: string | null = url; next !== null; ) {
    const answer: Answer = await call('GET', next)
    pages.push(answer.body)
    next = nextOf(answer)
  }
  return pages
}
