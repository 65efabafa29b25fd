import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { useState } from 'react'
import { standing } from '../../query.ts'
import { Handed } from '../../ui/handed.tsx'
import { LanguageSwitch } from '../../ui/language-switch.tsx'
import { Mark } from '../../ui/mark.tsx'
import { Notice } from '../../ui/notice.tsx'
import { SignOut } from '../../ui/sign-out.tsx'
import { useWords } from '../../words/words.tsx'
import { me } from '../profile/me.ts'
import { accountPages } from './account-pages.ts'

export function AccountFrame() {
  const { words } = useWords()
  const { data } = useQuery(me)
  const { pathname } = useLocation()
  return (
    <div className="account">
      <a className="skip" href="#content">{words.skip}</a>
      <header className="row apart">
        <Mark />
        <div className="row">
          {data === undefined ? null : <span className="small"><span className="dimmed">{words.account.signedInAs}</span> <strong>{data.body.displayName ?? data.body.userName}</strong></span>}
          <LanguageSwitch />
          <SignOut />
        </div>
      </header>
      <div className="columns">
        <Navigation at={pathname} />
        <main id="content" tabIndex={-1} className="stack">{data === undefined ? null : <Handed name={data.body.displayName ?? data.body.userName} at={pathname} />}<Expiry /><Outlet /></main>
      </div>
    </div>
  )
}

/** Folded on a phone, where ten pages would push the one that was asked for off the screen; wherever it leads, it is folded again. */
function Navigation({ at }: { at: string }) {
  const { words } = useWords()
  const [openedAt, setOpenedAt] = useState<string>()
  const isOpen = openedAt === at
  const here = accountPages.find(({ path }) => path === at)
  const entries = accountPages.filter(({ under }) => under === undefined)
  const current = entries.find(({ path }) => path === (here?.under ?? at))
  return (
    <nav aria-label={words.account.pages}>
      <Button className="menu" variant="default" fullWidth aria-expanded={isOpen} onClick={() => setOpenedAt(isOpen ? undefined : at)}>{words.account.menu(current?.title(words))}</Button>
      <ul>{entries.map(({ path, title }) => <li key={path}><Link to={path} onClick={() => setOpenedAt(undefined)} activeOptions={{ exact: true }} aria-current={path === here?.under ? 'true' : undefined}>{title(words)}</Link></li>)}</ul>
    </nav>
  )
}

/** Said until the password is changed. */
function Expiry() {
  const { words: { password: words }, moment } = useWords()
  const { data: state } = useQuery(standing)
  const [arrived] = useState(Date.now)
  if (state?.passwordExpires === undefined) return null
  const over = Date.parse(state.passwordExpires) <= arrived
  return <Notice kind="warning"><p>{over ? words.expired : words.expires(moment(state.passwordExpires))} <Link to="/password">{words.change}</Link></p></Notice>
}
