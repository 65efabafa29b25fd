/** The few pages that the provider shows itself, without scripts but on the two that go on by themselves (one is the provider's) and without anything of others in them unescaped. */
import { createHash } from 'node:crypto'
import type { KoaContextWithOIDC } from 'oidc-provider'

const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)

// The variables are those of console/src/ui/theme.css, to which a test holds them, and which a theme sets. What it sets for the dark hangs on a script, and here is none.
const style = `:root { color-scheme: light dark; --gatehouse-font: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; --gatehouse-radius: 0.5rem; --gatehouse-brand: light-dark(#0b5f6f, #7fd0de); --gatehouse-brand-text: light-dark(#ffffff, #06262d); --gatehouse-page: light-dark(#f3f5f6, #11161a); --gatehouse-surface: light-dark(#ffffff, #1a2126); --gatehouse-text: light-dark(#16202a, #e8edf0); --gatehouse-dimmed: light-dark(#55606b, #a9b4bc); --gatehouse-line: light-dark(#7f8a94, #7d8a94); --gatehouse-hairline: light-dark(#d9dfe3, #323c43); }
:root.themed { color-scheme: light; }
body { background: var(--gatehouse-page); color: var(--gatehouse-text); font: 1rem/1.5 var(--gatehouse-font); margin: 0; }
main { background: var(--gatehouse-surface); border: 1px solid var(--gatehouse-hairline); border-radius: calc(var(--gatehouse-radius) * 1.5); margin: 15vh auto; max-width: 25rem; overflow-wrap: anywhere; padding: 1.5rem 1.25rem; width: calc(100% - 5rem); }
h1 { font-size: 1.625rem; line-height: 1.25; margin: 0; }
main > :last-child { margin-bottom: 0; }
button { background: none; border: 1px solid var(--gatehouse-line); border-radius: var(--gatehouse-radius); color: inherit; font: inherit; font-weight: 600; margin: 0 0.5rem 0.5rem 0; min-height: 2.75rem; padding: 0.375rem 1.125rem; }
button.first { background: var(--gatehouse-brand); border-color: transparent; color: var(--gatehouse-brand-text); }
.code { color: var(--gatehouse-dimmed); font-size: 0.875rem; }`

/** What the policy of these pages has to allow, and no other style. */
export const styleSource = `'sha256-${createHash('sha256').update(style).digest('base64')}'`

const submit = 'document.forms[0].submit()'
const submitSource = `'sha256-${createHash('sha256').update(submit).digest('base64')}'`

const texts = {
  en: {
    signOut: 'Sign out', ask: 'Do you want to sign out here and of all applications?', stay: 'Stay signed in', signedOut: 'Signed out', done: 'You have signed out.', notIn: 'You are not signed in here any more.', goOn: 'Go on',
    back: 'Back to the application', answered: 'Your browser takes the answer there by itself.',
    failed: 'This did not work', unusable: 'The application sent something that we cannot use. Go back to it and begin again; if it stays so, tell those who run it:',
  },
  de: {
    signOut: 'Abmelden', ask: 'Möchten Sie sich hier und bei allen Anwendungen abmelden?', stay: 'Angemeldet bleiben', signedOut: 'Abgemeldet', done: 'Sie haben sich abgemeldet.', notIn: 'Sie sind hier nicht mehr angemeldet.', goOn: 'Weiter',
    back: 'Zurück zur Anwendung', answered: 'Ihr Browser bringt die Antwort von selbst dorthin.',
    failed: 'Das ging nicht', unusable: 'Die Anwendung hat etwas geschickt, womit wir nichts anfangen können. Gehen Sie zu ihr zurück und beginnen Sie neu; bleibt es so, sagen Sie denen Bescheid, die sie betreiben:',
  },
} as const

type Language = keyof typeof texts

/** The languages of these pages, and of those of signing in. */
export const pageLanguages = Object.keys(texts)

const isLanguage = (text: string): text is Language => Object.hasOwn(texts, text)

/** The first that there is of those that the application wishes for (`ui_locales`), or else of the browser's. */
function languageOf(ctx: KoaContextWithOIDC): Language {
  const wished = ctx.oidc?.params?.ui_locales
  const spoken = typeof wished === 'string' ? wished.split(' ').map((tag) => tag.split('-')[0]!.toLowerCase()).find(isLanguage) : undefined
  return spoken ?? ((ctx.acceptsLanguages(pageLanguages) || 'en') as Language)
}

/** The name of the theme that a page has, if any. */
export type ThemeOf = (ctx: KoaContextWithOIDC) => Promise<string | undefined>

async function page(ctx: KoaContextWithOIDC, themeOf: ThemeOf, language: Language, title: string, body: string): Promise<void> {
  const theme = await themeOf(ctx)
  ctx.type = 'html'
  ctx.body = `<!DOCTYPE html>
<html lang="${language}"${theme === undefined ? '' : ' class="themed"'}>
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title><style>${style}</style>${theme === undefined ? '' : `<link rel="stylesheet" href="/themes/${escaped(theme)}.css">`}</head>
<body><main><h1>${escaped(title)}</h1>${body}</main></body>
</html>`
}

/** The pages as the provider asks for them. */
export const pagesWith = (themeOf: ThemeOf) => ({
  async logout(ctx: KoaContextWithOIDC, form: string): Promise<void> {
    const language = languageOf(ctx)
    const words = texts[language]
    await page(ctx, themeOf, language, words.signOut, `<p>${words.ask}</p>${form}
<p><button class="first" autofocus type="submit" form="op.logoutForm" value="yes" name="logout">${words.signOut}</button>
<button type="submit" form="op.logoutForm">${words.stay}</button></p>`)
  },

  async logoutDone(ctx: KoaContextWithOIDC): Promise<void> {
    const language = languageOf(ctx)
    await page(ctx, themeOf, language, texts[language].signedOut, `<p>${texts[language].done}</p>`)
  },

  async error(ctx: KoaContextWithOIDC, out: { error?: string; error_description?: string }): Promise<void> {
    const language = languageOf(ctx)
    const words = texts[language]
    await page(ctx, themeOf, language, words.failed, `<p>${words.unusable}</p><p class="code">${escaped(out.error_description ?? '')} (${escaped(out.error ?? 'server_error')})</p>`)
  },

  /**
   * Takes an answer to an application that wants it posted (`response_mode=form_post`), as its client, or its error. The one page
   * whose script is ours: the policy of this answer names it, and without it the button does the same.
   */
  async post(ctx: KoaContextWithOIDC, to: string, answer: Record<string, unknown>): Promise<void> {
    const language = languageOf(ctx)
    const words = texts[language]
    if (!('error' in answer)) ctx.status = 200
    else if (ctx.status < 400) ctx.status = 400
    const fields = Object.entries(answer).map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(String(value))}">`)
    ctx.set('content-security-policy', ctx.response.get('content-security-policy').replace('script-src;', `script-src ${submitSource};`))
    await page(ctx, themeOf, language, words.back, `<p>${words.answered}</p><form method="post" action="${escaped(to)}">${fields.join('')}<p><button class="first" type="submit">${words.goOn}</button></p></form><script>${submit}</script>`)
  },

  /**
   * Who is not signed in any more is not asked: the provider has a page of its own that goes on by itself. It is given the look and the
   * words of the others; its form, and the script that its policy names, stay. What is no such page stays as it is.
   */
  async goOn(ctx: KoaContextWithOIDC): Promise<void> {
    const [, script, form] = /(<script>.*?<\/script>).*?(<form .*?)<noscript>/s.exec(String(ctx.body)) ?? []
    if (script === undefined || form === undefined) return
    const language = languageOf(ctx)
    const words = texts[language]
    await page(ctx, themeOf, language, words.signOut, `<p>${words.notIn}</p>${form}<p><button class="first" type="submit">${words.goOn}</button></p></form>${script}`)
  },
})

export type Pages = ReturnType<typeof pagesWith>
