/** Whether an issuer answers for itself (OpenID Connect Discovery §4). The answer is read up to a limit and not believed further. */
import { isObject } from '../../model/attribute.ts'
import { OktaError } from './errors.ts'

const timeoutMs = 5_000
const mostBytes = 65_536

/**
 * Null when the issuer is what it says, else what is wrong.
 * @param onError told of it as of any error received
 */
export async function issuerProblem(issuer: string, onError: (error: OktaError) => void): Promise<string | null> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  let about = { status: 0, code: 'network', requestId: null as string | null, request: `GET ${url}` }
  const wrong = (problem: string, code: string) => {
    onError(new OktaError(problem, { ...about, code }))
    return problem
  }
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs), headers: { accept: 'application/json' } })
    about = { ...about, status: response.status, requestId: response.headers.get('x-okta-request-id') }
    if (!response.ok) {
      await response.body?.cancel()
      return wrong(`${url} answers with ${response.status}`, 'unexpected_answer')
    }
    const document = JSON.parse(await limitedText(response)) as unknown
    const said = isObject(document) ? document.issuer : undefined
    if (said === issuer) return null
    return wrong(`${url} says that the issuer is ${typeof said === 'string' ? said.slice(0, 200) : 'nothing'}`, 'unexpected_answer')
  } catch (error) {
    return wrong(`${url} gives no answer that can be read (${reasonOf(error as Error)})`, about.status === 0 ? 'network' : 'unexpected_answer')
  }
}

/** fetch says `fetch failed` and keeps why to itself. */
function reasonOf(error: Error): string {
  if (error instanceof SyntaxError) return 'no JSON'
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message
}

async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > mostBytes) throw new Error(`more than ${mostBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
