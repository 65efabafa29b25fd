/** Every table of names. The order is part of what a seed means: new tables go to the end; there may be 31 at most. */
import { arabic } from './arabic.ts'
import { chinese } from './chinese.ts'
import type { Culture } from './culture.ts'
import { czech } from './czech.ts'
import { danish } from './danish.ts'
import { dutch } from './dutch.ts'
import { english } from './english.ts'
import { finnish } from './finnish.ts'
import { french } from './french.ts'
import { german } from './german.ts'
import { greek } from './greek.ts'
import { hebrew } from './hebrew.ts'
import { hindi } from './hindi.ts'
import { hungarian } from './hungarian.ts'
import { italian } from './italian.ts'
import { japanese } from './japanese.ts'
import { korean } from './korean.ts'
import { polish } from './polish.ts'
import { portuguese } from './portuguese.ts'
import { romanian } from './romanian.ts'
import { russian } from './russian.ts'
import { spanish } from './spanish.ts'
import { swedish } from './swedish.ts'
import { turkish } from './turkish.ts'
import { ukrainian } from './ukrainian.ts'
import { vietnamese } from './vietnamese.ts'
import { yoruba } from './yoruba.ts'

export const allCultures: readonly Culture[] = [
  english, german, dutch, french, spanish, portuguese, italian, polish, czech, turkish, swedish, danish, finnish,
  hungarian, romanian, greek, russian, ukrainian, arabic, hebrew, hindi, chinese, japanese, korean, vietnamese, yoruba,
]
