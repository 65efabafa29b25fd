/**
 * A fresh proof of who somebody is, asked for in the middle of whatever they do: one question at a time, which any number of
 * requests wait for. `pages/factors/fresh-proof.tsx` puts it; where nobody does, there is none.
 */
interface Question {
  promise: Promise<boolean>
  settle: (proved: boolean) => void
}

let open: Question | undefined
const askers = new Set<() => void>()

function change(next: Question | undefined): void {
  open = next
  for (const tell of askers) tell()
}

/** Whether the person has proved again who they are; false when they would rather not. */
export function freshProof(): Promise<boolean> {
  if (open !== undefined) return open.promise
  if (askers.size === 0) return Promise.resolve(false)
  const { promise, resolve } = Promise.withResolvers<boolean>()
  change({ promise, settle: resolve })
  return promise
}

/** Whether it is asked for. */
export const isProofAsked = (): boolean => open !== undefined

export function onProofAsked(tell: () => void): () => void {
  askers.add(tell)
  return () => {
    askers.delete(tell)
    if (askers.size === 0) settleProof(false)
  }
}

export function settleProof(proved: boolean): void {
  const question = open
  if (question === undefined) return
  change(undefined)
  question.settle(proved)
}
