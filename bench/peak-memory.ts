/** Preloaded into a process (`node --import`) whose memory is watched: writes its largest resident size, in MB, at the end. */
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  // Kilobytes, of the largest moment of the whole run: no sample can miss it.
  const { maxRSS } = process.resourceUsage()
  if (process.env.GATEHOUSE_BENCH_PEAK) writeFileSync(process.env.GATEHOUSE_BENCH_PEAK, String(maxRSS / 1024))
})
