/**
 * An ordered store: by id in constant time, from a position on in logarithmic time, so that a list of 100,000 is paged
 * without being copied. Positions only grow and are never used again, so a cursor stays good whatever is deleted.
 */

interface Slot<T> {
  position: number
  item: T | undefined
}

export interface Collection<T extends { id: string }> {
  readonly size: number
  get(id: string): T | undefined
  has(id: string): boolean
  position(id: string): number
  put(item: T): void
  delete(id: string): boolean
  /** Items behind `position` in the order they came, each with its own position. */
  after(position: number): Generator<[number, T]>
  values(): Generator<T>
}

/** Positions start at 1, so `after(0)` is everything. */
export function createCollection<T extends { id: string }>(): Collection<T> {
  const byId = new Map<string, Slot<T>>()
  let slots: Slot<T>[] = []
  let nextPosition = 1

  function firstIndexAfter(position: number): number {
    let low = 0
    let high = slots.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (slots[middle]!.position > position) high = middle
      else low = middle + 1
    }
    return low
  }

  return {
    get size() {
      return byId.size
    },
    get: (id) => byId.get(id)?.item,
    has: (id) => byId.has(id),
    position: (id) => byId.get(id)?.position ?? 0,
    put(item) {
      const slot = byId.get(item.id)
      if (slot) {
        slot.item = item
        return
      }
      const added = { position: nextPosition, item }
      nextPosition += 1
      byId.set(item.id, added)
      slots.push(added)
    },
    delete(id) {
      const slot = byId.get(id)
      if (!slot) return false
      slot.item = undefined
      byId.delete(id)
      // Holes are dropped when they are the majority: amortised constant time a deletion.
      if (slots.length > 64 && slots.length > 2 * byId.size) slots = slots.filter((kept) => kept.item !== undefined)
      return true
    },
    *after(position) {
      const list = slots
      for (let index = firstIndexAfter(position); index < list.length; index += 1) {
        const slot = list[index]!
        if (slot.item !== undefined) yield [slot.position, slot.item]
      }
    },
    *values() {
      for (const slot of slots) if (slot.item !== undefined) yield slot.item
    },
  }
}
