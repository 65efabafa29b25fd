/** The double's few pages: plain, without scripts from elsewhere, everything from outside escaped. */
import type { FastifyReply } from 'fastify'

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' }

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character]!)
}

/** Sends a page; `body` is HTML. */
export function sendPage(reply: FastifyReply, status: number, title: string, body: string, policy = 'default-src \'none\'; style-src \'unsafe-inline\'; form-action \'self\''): FastifyReply {
  const style = 'body{font:16px/1.5 system-ui,sans-serif;max-width:22rem;margin:15vh auto;padding:0 1rem}label,input,button{display:block;width:100%;box-sizing:border-box;margin:.3rem 0 .8rem;font:inherit}input,button{padding:.5rem}[role=alert]{color:#a00}'
  return reply.code(status).type('text/html; charset=utf-8').header('content-security-policy', policy).header('cache-control', 'no-store')
    .send(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${style}</style></head><body><main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`)
}

/** What a person sees when a request cannot go back to the app that made it. */
export function sendProblemPage(reply: FastifyReply, problem: string): FastifyReply {
  return sendPage(reply, 400, '400 Bad Request', `<p role="alert">Your request resulted in an error. ${escapeHtml(problem)}</p>`)
}
