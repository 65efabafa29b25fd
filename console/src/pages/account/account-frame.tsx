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
  const above = accountPages.find(({ path }) => path === pathname)?.under
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
        <nav aria-label={words.account.pages}>
          <ul>{accountPages.filter(({ under }) => under === undefined).map(({ path, title }) => <li key={path}><Link to={path} activeOptions={{ exact: true }} aria-current={path === above ? 'true' : undefined}>{title(words)}</Link></li>)}</ul>
        </nav>
        <main id="content" tabIndex={-1} className="stack">{data === undefined ? null : <Handed name={data.body.displayName ?? data.body.userName} at={pathname} />}<Expiry /><Outlet /></main>
      </div>
    </div>
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
