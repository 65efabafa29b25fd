import { Button } from '@mantine/core'

/** Keeps a text as a file, made in the browser of what the page shows: no server is asked for it again. The policy of the pages has no say in downloads. */
export function DownloadButton({ text, name, children }: { text: string; name: string; children: string }) {
  const keep = () => {
    const href = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }))
    Object.assign(document.createElement('a'), { href, download: name }).click()
    // Some browsers begin to read it only after the click is over.
    setTimeout(() => URL.revokeObjectURL(href), 10_000)
  }
  return <Button variant="default" onClick={keep}>{children}</Button>
}
