/** A message as it is read: subject, plain text and HTML, or the text of an SMS. Pure; every value is somebody's input. */
import type { Config } from '../config.ts'
import { languageOf } from '../model/languages.ts'
import { andOthers, messageKinds, namedKinds, type MessageName, type NamedKind, type ValueForm } from '../model/message-kinds.ts'
import type { LanguageTexts, MessageText } from './message-text.ts'
import { texts } from './texts.ts'

export interface Letter {
  template: MessageName
  locale: string
  values: Readonly<Record<string, string>>
  /** Whom it greets; undefined where no name is known. */
  name?: string
}

export interface Setting {
  /** What the installation calls itself. */
  product: string
  timeZone: string
  /** How to reach the help desk, where the installation says so. */
  helpDesk?: string | undefined
}

/** What messages take from the settings. */
export const settingOf = ({ PRODUCT_NAME: product, TIME_ZONE: timeZone, HELP_DESK_CONTACT: helpDesk }: Pick<Config, 'PRODUCT_NAME' | 'TIME_ZONE' | 'HELP_DESK_CONTACT'>): Setting => ({ product, timeZone, helpDesk })

export interface RenderedMail {
  subject: string
  text: string
  html: string
}

/** A mail in its reader's language. */
export function renderMail(letter: Letter, setting: Setting): RenderedMail {
  const { language, all, message, fill } = prepared(letter, setting)
  const name = greetable(letter.name)
  const greeting = name === undefined ? all.greetingWithoutName : all.greeting.replace('{name}', () => name)
  const ending = fill(all.ending)
  const subject = fill(message.subject)
  const link = letter.values.link
  const body = message.paragraphs.map((one) => (one === '{link}' ? safeLink(link) : fill(one)))
  const text = [greeting, ...body, '-- ', ending].join('\n\n').replace('-- \n\n', '-- \n') + '\n'
  const blocks = message.paragraphs.map((one) => (one === '{link}' ? button(message.button!, safeLink(link)) : `<p>${escapeHtml(fill(one))}</p>`))
  const html = `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${escapeHtml(subject)}</title></head>
<body style="font-family:system-ui,sans-serif;line-height:1.5;max-width:36em;margin:1.5em auto;padding:0 1em">
<p>${escapeHtml(greeting)}</p>
${blocks.join('\n')}
<p style="font-size:.85em;border-top:1px solid;padding-top:.75em;opacity:.8">${escapeHtml(ending)}</p>
</body></html>
`
  return { subject, text, html }
}

/** The text of an SMS. Errors: a defect of ours when the message is not for SMS. */
export function renderSms(letter: Letter, setting: Setting): string {
  const { message, fill } = prepared(letter, setting)
  if (message.sms === undefined) throw new Error(`${letter.template} has no text for SMS`)
  return fill(message.sms)
}

function prepared({ template, locale, values }: Letter, { product, timeZone, helpDesk }: Setting): { language: string; all: LanguageTexts; message: MessageText; fill: (text: string) => string } {
  const language = languageOf(locale, 'en')
  const forms: Readonly<Record<string, ValueForm>> = messageKinds[template].values
  const fill = (text: string): string => text.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (name === 'product') return product
    if (name === 'helpDesk') return helpDesk === undefined ? '' : ` (${oneLine(helpDesk, 200)})`
    const value = values[name]
    if (forms[name] === undefined || value === undefined) throw new Error(`${template} has no value ${name}`)
    if (forms[name] === 'label') return labelIn(texts[language], value)
    if (forms[name] === 'names') return namesIn(value, () => fill(texts[language].andOthers))
    return forms[name] === 'instant' ? instantIn(value, locale, language, timeZone) : oneLine(value, 400)
  })
  return { language, all: texts[language], message: texts[language].messages[template], fill }
}

function instantIn(value: string, locale: string, language: string, timeZone: string): string {
  const [known] = Intl.DateTimeFormat.supportedLocalesOf([locale.replaceAll('_', '-')].filter((one) => /^[A-Za-z0-9-]+$/.test(one) && isLocale(one)))
  return new Intl.DateTimeFormat([known ?? language, language], { dateStyle: 'long', timeStyle: 'long', timeZone }).format(new Date(value))
}

function isLocale(text: string): boolean {
  try {
    new Intl.Locale(text)
    return true
  } catch {
    return false
  }
}

// Controls, and characters that turn the direction of what follows or hide in it.
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu

/** A value as one line of at most so many characters, with nothing in it that is not seen. */
export function oneLine(value: string, most: number): string {
  const seen = [...value.replaceAll(unseen, ' ').replaceAll(/\s+/g, ' ').trim()]
  return seen.length > most ? `${seen.slice(0, most - 1).join('')}…` : seen.join('')
}

/** What mail programs make a link of, or people a telephone number. */
const leadsElsewhere = /:\/\/|www\.|[@<>]|[\p{L}\p{N}][.\u3002\uff0e\uff61][\p{L}\p{N}]{2,}|(?:\d[\s()/-]*){6}/iu

/** People choose their names: one that could be taken for an address of a page is not repeated in our mail. */
function greetable(name: string | undefined): string | undefined {
  const line = name === undefined ? '' : oneLine(name, 80)
  return line === '' || leadsElsewhere.test(line) ? undefined : line
}

/** The same of what people call their things, in whose name there is no room for a message either. */
export const mentionable = (name: unknown): string | undefined => (typeof name === 'string' && name.length <= 60 ? greetable(name) : undefined)

const labelIn = ({ kinds }: LanguageTexts, label: string): string => (namedKinds.includes(label as NamedKind) ? kinds[label as NamedKind] : (mentionable(label) ?? '–'))

/** Of names there may be twenty, each as long as an address. */
const mostOfNames = 8000

const namesIn = (value: string, others: () => string): string =>
  value.endsWith(`, ${andOthers}`) ? `${oneLine(value.slice(0, -andOthers.length), mostOfNames)} ${others()}` : oneLine(value, mostOfNames)

function safeLink(link: string | undefined): string {
  const url = URL.parse(link ?? '')
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error('a link in a message must be an address of this server')
  return url.href
}

const button = (label: string, link: string) =>
  `<p><a href="${escapeHtml(link)}" style="display:inline-block;padding:.7em 1.2em;border-radius:.4em;background:#1d4ed8;color:#ffffff;text-decoration:none">${escapeHtml(label)}</a></p>
<p style="font-size:.85em;word-break:break-all">${escapeHtml(link)}</p>`

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' }

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (one) => entities[one]!)
}
