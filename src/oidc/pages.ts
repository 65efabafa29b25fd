/** The few pages that the provider shows itself, without scripts and without anything of others in them unescaped. */
import type { KoaContextWithOIDC } from 'oidc-provider'

const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)

function page(ctx: KoaContextWithOIDC, title: string, body: string): void {
  ctx.type = 'html'
  ctx.body = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title></head>
<body><main><h1>${escaped(title)}</h1>${body}</main></body>
</html>`
}

export async function logoutPage(ctx: KoaContextWithOIDC, form: string): Promise<void> {
  page(ctx, 'Sign out', `<p>Do you want to sign out of all applications?</p>${form}
<p><button autofocus type="submit" form="op.logoutForm" value="yes" name="logout">Sign out</button>
<button type="submit" form="op.logoutForm">Stay signed in</button></p>`)
}

export async function logoutDonePage(ctx: KoaContextWithOIDC): Promise<void> {
  page(ctx, 'Signed out', '<p>You have signed out.</p>')
}

export async function errorPage(ctx: KoaContextWithOIDC, out: { error?: string; error_description?: string }): Promise<void> {
  page(ctx, 'This did not work', `<p>${escaped(out.error_description ?? 'The application sent something that we cannot use.')}</p><p>${escaped(out.error ?? 'server_error')}</p>`)
}
