/**
 * What a language has to say. `{name}` stands for a value; `{helpDesk}`, behind every mention of a help desk that people are sent to,
 * for ` (how to reach it)`, or nothing where that is not set; a paragraph that is `{link}` alone becomes a button in HTML.
 * Texts never hold markup: whatever they hold is escaped.
 */
import type { MessageName, NamedKind } from '../model/message-kinds.ts'

export interface MessageText {
  subject: string
  paragraphs: readonly string[]
  /** What the button says, where there is a link. */
  button?: string
  /** The whole of an SMS; one that has it also goes by SMS. */
  sms?: string
}

export interface LanguageTexts {
  greeting: string
  greetingWithoutName: string
  /** Below every mail. */
  ending: string
  /** What stands for a name that cannot be repeated. */
  kinds: Readonly<Record<NamedKind, string>>
  /** What stands behind names, where not all are given; `{helpDesk}` may stand in it. */
  andOthers: string
  messages: Readonly<Record<MessageName, MessageText>>
}
