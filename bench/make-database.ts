/** Makes the database of so many people ahead of the benches that need it: `node bench/make-database.ts 1000000`. */
import { peopleDatabase } from './database.ts'

const people = Number(process.argv[2])
const began = performance.now()
const made = await peopleDatabase(people, (done, of) => {
  if (done % 10_000 === 0) {
    const seconds = (performance.now() - began) / 1000
    console.error(`${done} of ${of} after ${seconds.toFixed(0)} s, ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MB`)
  }
})
await made.close()
console.error(`ready after ${((performance.now() - began) / 1000).toFixed(0)} s`)
