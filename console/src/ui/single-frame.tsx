import type { ReactNode } from 'react'
import { LanguageSwitch } from './language-switch.tsx'
import { Mark } from './mark.tsx'
import { SignOut } from './sign-out.tsx'

/** A page with one thing to do: a card in the middle. */
export function SingleFrame({ children, back, canLeave = false }: { children: ReactNode; back?: ReactNode; canLeave?: boolean }) {
  return (
    <div className="single">
      <header className="row apart"><Mark /><LanguageSwitch /></header>
      <main className="card">{children}</main>
      {back !== undefined || canLeave ? <footer className="row">{back}{canLeave ? <SignOut /> : null}</footer> : null}
    </div>
  )
}
