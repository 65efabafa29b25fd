/** What pages for people say that are no pages of the console: by the browser's languages, as the console has them. */
import { errorTable, type ErrorCode } from '../errors.ts'

export interface Words {
  language: 'en' | 'de'
  titleOf: (code: ErrorCode) => string
  again: string
  other: string
  start: string
  nothingHere: string
  noPage: (path: string) => string
  request: string
}

const english: Words = {
  language: 'en', titleOf: (code) => errorTable[code].title, again: 'Try again', other: 'Sign in as the other person', start: 'To the start page',
  nothingHere: 'There is nothing here', noPage: (path) => `No page of this server has the address ${path}.`, request: 'Request',
}

const germanTitles: Partial<Record<ErrorCode, string>> = {
  portal_sign_in_refused: 'Die Anmeldung beim Identitätsanbieter ist nicht gelungen.',
  signed_in_as_other: 'Sie sind hier als jemand anderes angemeldet als beim Identitätsanbieter und bleiben es. Um die andere Person zu werden, beginnen Sie die Anmeldung auf einer Seite dieses Servers.',
  account_closed: 'Das Konto steht für Anmeldungen nicht offen.',
  account_disabled: 'Das Konto ist gesperrt worden.',
  account_locked: 'Das Konto ist gesperrt.',
  sign_in_refused: 'Die Anmeldung ist im Augenblick nicht möglich.',
  conflict: 'Das lässt der gegenwärtige Zustand nicht zu.',
  not_found: 'Das gibt es hier nicht.',
  too_many_requests: 'Zu viele Anfragen. Bitte warten Sie einen Augenblick.',
  remote_error: 'Der Identitätsanbieter antwortet nicht oder lehnt ab.',
  unavailable: 'Der Dienst ist im Augenblick nicht erreichbar. Bitte versuchen Sie es gleich noch einmal.',
}

const german: Words = {
  language: 'de', titleOf: (code) => germanTitles[code] ?? 'Das hat nicht geklappt.', again: 'Noch einmal versuchen', other: 'Als die andere Person anmelden', start: 'Zur Startseite',
  nothingHere: 'Hier ist nichts', noPage: (path) => `Keine Seite dieses Servers hat die Adresse ${path}.`, request: 'Anfrage',
}

/** @param accepted the header Accept-Language; its order counts, not its weights, which browsers write in order */
export function problemWords(accepted: string | undefined): Words {
  const wanted = (accepted ?? '').slice(0, 200).split(',').map((one) => one.trim().slice(0, 2).toLowerCase())
  return wanted.find((one) => one === 'en' || one === 'de') === 'de' ? german : english
}
