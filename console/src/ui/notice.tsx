import type { ReactNode } from 'react'

/** Something to be noticed; screen readers say it when it appears. */
export function Notice({ kind, title, children }: { kind: 'good' | 'warning' | 'error'; title?: string; children: ReactNode }) {
  return (
    <div className={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      {title === undefined ? null : <h2>{title}</h2>}
      {children}
    </div>
  )
}
