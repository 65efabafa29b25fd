/** What pages for people say that are no pages of the console: by the browser's languages, as the console has them. */
import { errorTable, type ErrorCode } from '../errors.ts'
import type { ProblemDetails } from './problem.ts'

interface Explained {
  title: string
  detail: string
  /** The language of the detail: details of errors are English. */
  detailIn: string
}

export interface Words {
  language: 'en' | 'de'
  titleOf: (code: ErrorCode) => string
  /** A problem at an address, for somebody who did not ask for it: an application has sent them there. */
  explain: (problem: Pick<ProblemDetails, 'code' | 'title' | 'detail'>, path: string) => Explained
  again: string
  other: string
  start: string
  nothingHere: string
  noPage: (path: string) => string
  request: string
}

/** What somebody can do about a question of an application that is none here, and about one that is too long. */
type ByApplication = Record<'gone' | 'long', { title: string; detail: string }>

const explainer = (language: Words['language'], { gone, long }: ByApplication, titleOf: Words['titleOf']): Words['explain'] => ({ code, detail = '' }, path) => {
  const known = code === 'not_found' && path.startsWith('/oidc/interaction/') ? gone : code === 'headers_too_large' ? long : undefined
  return known ? { ...known, detailIn: language } : { title: titleOf(code), detail, detailIn: 'en' }
}

const titleInEnglish = (code: ErrorCode): string => errorTable[code].title

const english: Words = {
  language: 'en',
  explain: explainer('en', {
    gone: { title: 'This sign-in cannot go on', detail: 'It has come to its end already, has taken too long, or this browser keeps no cookies of this page. Allow cookies here, go back to the application, and begin again there.' },
    long: { title: 'The application has sent too much', detail: 'Go back to it and begin again; if it stays so, tell those who run it that a request to sign in may have 8192 characters.' },
  }, titleInEnglish),
  titleOf: titleInEnglish, again: 'Try again', other: 'Sign in as the other person', start: 'To the start page',
  nothingHere: 'There is nothing here', noPage: (path) => `No page of this server has the address ${path}.`, request: 'Request',
}

const germanTitles: Partial<Record<ErrorCode, string>> = {
  portal_sign_in_refused: 'Die Anmeldung beim Identitätsanbieter ist nicht gelungen.',
  signed_in_as_other: 'Sie sind hier als jemand anderes angemeldet als beim Identitätsanbieter und bleiben es. Um die andere Person zu werden, beginnen Sie die Anmeldung auf einer Seite dieses Servers.',
  account_closed: 'Das Konto steht für Anmeldungen nicht offen.',
  account_disabled: 'Das Konto ist gesperrt worden.',
  account_locked: 'Das Konto ist gesperrt.',
  sign_in_refused: 'Die Anmeldung ist im Augenblick nicht möglich.',
  no_mail_address: 'Die Person hat keine bevorzugte E-Mail-Adresse, die in Gebrauch ist.',
  mail_sent_already: 'Eine solche Nachricht wurde eben erst gesendet.',
  another_signed_in: 'In diesem Browser ist inzwischen jemand anderes angemeldet.',
  conflict: 'Das lässt der gegenwärtige Zustand nicht zu.',
  not_found: 'Das gibt es hier nicht.',
  too_many_requests: 'Zu viele Anfragen. Bitte warten Sie einen Augenblick.',
  remote_error: 'Der Identitätsanbieter antwortet nicht oder lehnt ab.',
  unavailable: 'Der Dienst ist im Augenblick nicht erreichbar. Bitte versuchen Sie es gleich noch einmal.',
}

const titleInGerman = (code: ErrorCode): string => germanTitles[code] ?? 'Das hat nicht geklappt.'

const german: Words = {
  language: 'de',
  explain: explainer('de', {
    gone: { title: 'Diese Anmeldung kann nicht weitergehen', detail: 'Sie ist schon zu Ende, hat zu lange gedauert, oder dieser Browser behält keine Cookies dieser Seite. Erlauben Sie hier Cookies, gehen Sie zur Anwendung zurück und beginnen Sie dort noch einmal.' },
    long: { title: 'Die Anwendung hat zu viel geschickt', detail: 'Gehen Sie zu ihr zurück und beginnen Sie neu; bleibt es so, sagen Sie denen, die sie betreiben, dass eine Anfrage zur Anmeldung 8192 Zeichen haben darf.' },
  }, titleInGerman),
  titleOf: titleInGerman, again: 'Noch einmal versuchen', other: 'Als die andere Person anmelden', start: 'Zur Startseite',
  nothingHere: 'Hier ist nichts', noPage: (path) => `Keine Seite dieses Servers hat die Adresse ${path}.`, request: 'Anfrage',
}

/** @param accepted the header Accept-Language; its order counts, not its weights, which browsers write in order */
export function problemWords(accepted: string | undefined): Words {
  const wanted = (accepted ?? '').slice(0, 200).split(',').map((one) => one.trim().slice(0, 2).toLowerCase())
  return wanted.find((one) => one === 'en' || one === 'de') === 'de' ? german : english
}
