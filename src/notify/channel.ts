/** What the sender asks of a way to deliver, and how one says that it could not. */
import type { Letter } from './render.ts'

export interface Delivery {
  id: string
  to: string
  letter: Letter
  createdAt: string
}

export interface ChannelSender {
  /** Hands a message over. Errors: `DeliveryFailure`. */
  send: (delivery: Delivery) => Promise<void>
  close: () => void
}

/** Why a message was not handed over; the text holds nothing of what was to be sent. */
export class DeliveryFailure extends Error {
  /**
   * `message`: this one will never go; `later`: this one, another time; `channel`: none will go in this run, so that there is
   * no use in trying the others.
   */
  readonly scope: 'message' | 'later' | 'channel'

  constructor(scope: DeliveryFailure['scope'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'DeliveryFailure'
    this.scope = scope
  }
}
