/** The few pages that the provider shows itself, without scripts and without anything of others in them unescaped. */
import { createHash } from 'node:crypto'
import type { KoaContextWithOIDC } from 'oidc-provider'

const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)

const style = `:root { color-scheme: light dark; }
body { background: light-dark(#f3f5f6, #11161a); color: light-dark(#16202a, #e8edf0); font: 1rem/1.5 system-ui, sans-serif; margin: 0; }
main { background: light-dark(#fff, #1a2126); border: 1px solid light-dark(#d9dfe3, #323c43); border-radius: 0.75rem; margin: 15vh auto; max-width: 25rem; overflow-wrap: anywhere; padding: 1.5rem 1.25rem; width: calc(100% - 5rem); }
h1 { font-size: 1.625rem; line-height: 1.25; margin: 0; }
main > :last-child { margin-bottom: 0; }
button { background: none; border: 1px solid light-dark(#7f8a94, #7d8a94); border-radius: 0.5rem; color: inherit; font: inherit; font-weight: 600; margin: 0 0.5rem 0.5rem 0; min-height: 2.75rem; padding: 0.375rem 1.125rem; }
button.first { background: light-dark(#0b5f6f, #7fd0de); border-color: transparent; color: light-dark(#fff, #06262d); }
.code { color: light-dark(#55606b, #a9b4bc); font-size: 0.875rem; }`

/** What the policy of these pages has to allow, and no other style. */
export const styleSource = `'sha256-${createHash('sha256').update(style).digest('base64')}'`

const texts = {
  en: {
    signOut: 'Sign out', ask: 'Do you want to sign out here and of all applications?', stay: 'Stay signed in', signedOut: 'Signed out', done: 'You have signed out.', notIn: 'You are not signed in here any more.', goOn: 'Go on',
    failed: 'This did not work', unusable: 'The application sent something that we cannot use. Go back to it and begin again; if it stays so, tell those who run it:',
  },
  de: {
    signOut: 'Abmelden', ask: 'Möchten Sie sich hier und bei allen Anwendungen abmelden?', stay: 'Angemeldet bleiben', signedOut: 'Abgemeldet', done: 'Sie haben sich abgemeldet.', notIn: 'Sie sind hier nicht mehr angemeldet.', goOn: 'Weiter',
    failed: 'Das ging nicht', unusable: 'Die Anwendung hat etwas geschickt, womit wir nichts anfangen können. Gehen Sie zu ihr zurück und beginnen Sie neu; bleibt es so, sagen Sie denen Bescheid, die sie betreiben:',
  },
} as const

type Language = keyof typeof texts

/** The first of the browser's languages that there is. */
const languageOf = (ctx: KoaContextWithOIDC): Language => (ctx.acceptsLanguages(Object.keys(texts)) || 'en') as Language

function page(ctx: KoaContextWithOIDC, language: Language, title: string, body: string): void {
  ctx.type = 'html'
  ctx.body = `<!DOCTYPE html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title><style>${style}</style></head>
<body><main><h1>${escaped(title)}</h1>${body}</main></body>
</html>`
}

export async function logoutPage(ctx: KoaContextWithOIDC, form: string): Promise<void> {
  const language = languageOf(ctx)
  const words = texts[language]
  page(ctx, language, words.signOut, `<p>${words.ask}</p>${form}
<p><button class="first" autofocus type="submit" form="op.logoutForm" value="yes" name="logout">${words.signOut}</button>
<button type="submit" form="op.logoutForm">${words.stay}</button></p>`)
}

export async function logoutDonePage(ctx: KoaContextWithOIDC): Promise<void> {
  const language = languageOf(ctx)
  page(ctx, language, texts[language].signedOut, `<p>${texts[language].done}</p>`)
}

/**
 * Who is not signed in any more is not asked: the provider has a page of its own that goes on by itself. It is given the look and the
 * words of the others; its form, and the script that its policy names, stay. What is no such page stays as it is.
 */
export function goOnPage(ctx: KoaContextWithOIDC): void {
  const [, script, form] = /(<script>.*?<\/script>).*?(<form .*?)<noscript>/s.exec(String(ctx.body)) ?? []
  if (script === undefined || form === undefined) return
  const language = languageOf(ctx)
  const words = texts[language]
  page(ctx, language, words.signOut, `<p>${words.notIn}</p>${form}<p><button class="first" type="submit">${words.goOn}</button></p></form>${script}`)
}

export async function errorPage(ctx: KoaContextWithOIDC, out: { error?: string; error_description?: string }): Promise<void> {
  const language = languageOf(ctx)
  const words = texts[language]
  page(ctx, language, words.failed, `<p>${words.unusable}</p><p class="code">${escaped(out.error_description ?? '')} (${escaped(out.error ?? 'server_error')})</p>`)
}
