/**
 * What is to happen later, by the double's clock: activations that end, log entries that arrive late, hooks that are
 * sent again. Due work is done before each request, when the clock is moved, and by a timer when nobody asks.
 */
import { runAsNobody } from './caller.ts'
import type { VirtualClock } from './clock.ts'

export interface Schedule {
  /** Runs `work` once the clock has reached `due`; equal ones in the order they came. */
  at(due: number, work: () => void): void
  runDue(): void
  /** Until the clock has moved on by that much, at the latest after as much real time: a clock at rest ends it too. */
  pause(milliseconds: number): Promise<void>
  /** Work under way that `settled` waits for. */
  track(work: Promise<unknown>): void
  settled(): Promise<void>
  clear(): void
}

interface Task {
  due: number
  work: () => void
}

const longestTimer = 60_000
const shortestTimer = 5

export function createSchedule(clock: VirtualClock): Schedule {
  const tasks: Task[] = []
  const underWay = new Set<Promise<unknown>>()
  let timer: NodeJS.Timeout | undefined

  function arm(): void {
    clearTimeout(timer)
    const first = tasks[0]
    if (!first) return
    const left = first.due - clock.now()
    if (clock.speed === 0 && left > 0) return
    const wait = left <= 0 ? 0 : left / clock.speed
    // The clock behind this one may be moved by its owner, so the timer only looks; it never counts on its length.
    timer = setTimeout(runDue, Math.min(longestTimer, Math.max(shortestTimer, wait))).unref()
  }

  function runDue(): void {
    const now = clock.now()
    let done = 0
    while (done < tasks.length && tasks[done]!.due <= now) done += 1
    for (const task of tasks.splice(0, done)) runAsNobody(() => attempt(task.work))
    arm()
  }

  return {
    at(due, work) {
      let index = tasks.length
      while (index > 0 && tasks[index - 1]!.due > due) index -= 1
      tasks.splice(index, 0, { due, work })
      if (index === 0) arm()
    },
    runDue() {
      if (tasks.length > 0) runDue()
    },
    pause(milliseconds) {
      return new Promise((resolve) => {
        this.at(clock.now() + milliseconds, resolve)
        setTimeout(resolve, milliseconds).unref()
      })
    },
    track(work) {
      underWay.add(work)
      void work.finally(() => underWay.delete(work)).catch(() => {})
    },
    async settled() {
      while (underWay.size > 0) await Promise.allSettled(underWay)
    },
    clear() {
      clearTimeout(timer)
      tasks.length = 0
    },
  }
}

/** What fails here has no request to answer, and must not end the process. */
function attempt(work: () => void): void {
  try {
    work()
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error))
  }
}
