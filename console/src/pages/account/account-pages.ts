/** The pages of my account, in the order of the navigation. A page more is a line more, here and in page-paths.ts. */
import type { ComponentType } from 'react'
import type { PagePath } from '../../../../src/pages/page-paths.ts'
import type { Words } from '../../words/en.ts'

interface AccountPage {
  path: PagePath
  title: (words: Words) => string
  load: () => Promise<{ Page: ComponentType }>
  /** The page that it is gone to from, where the navigation does not lead to it. */
  under?: PagePath
}

export const accountPages: readonly AccountPage[] = [
  { path: '/', title: ({ profile }) => profile.title, load: async () => ({ Page: (await import('../profile/profile.tsx')).Profile }) },
  { path: '/password', title: ({ password }) => password.title, load: async () => ({ Page: (await import('../password/password.tsx')).Password }) },
  { path: '/questions', under: '/password', title: ({ questions }) => questions.title, load: async () => ({ Page: (await import('../questions/questions.tsx')).Questions }) },
  { path: '/factors', title: ({ factors }) => factors.title, load: async () => ({ Page: (await import('../factors/factors.tsx')).Factors }) },
  { path: '/devices', title: ({ devices }) => devices.title, load: async () => ({ Page: (await import('../devices/devices.tsx')).Devices }) },
  { path: '/sessions', title: ({ sessions }) => sessions.title, load: async () => ({ Page: (await import('../sessions/sessions.tsx')).Sessions }) },
  { path: '/keys', title: ({ keys }) => keys.title, load: async () => ({ Page: (await import('../keys/keys.tsx')).Keys }) },
  { path: '/applications', title: ({ consents }) => consents.title, load: async () => ({ Page: (await import('../consents/consents.tsx')).Consents }) },
  { path: '/policies', title: ({ decisions }) => decisions.title, load: async () => ({ Page: (await import('../decisions/decisions.tsx')).Decisions }) },
  { path: '/access', title: ({ access }) => access.title, load: async () => ({ Page: (await import('../access/access.tsx')).Access }) },
  { path: '/data', title: ({ data }) => data.title, load: async () => ({ Page: (await import('../data/data.tsx')).MyData }) },
]
