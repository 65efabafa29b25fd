/**
 * Preloaded into a process (`node --import`) whose memory is watched: writes its largest resident size, in MB, at the end. Of the program
 * itself: what the operating system counts for the process (`maxRSS`) begins with the size of whoever started it.
 */
import { readFileSync, writeFileSync } from 'node:fs'

process.on('exit', () => {
  // Kilobytes, of the largest moment of the whole run: no sample can miss it.
  const kilobytes = process.platform === 'linux' ? Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]) : process.resourceUsage().maxRSS
  const file = process.env.PEAK_FILE
  if (file !== undefined) writeFileSync(file, String(kilobytes / 1024))
})
