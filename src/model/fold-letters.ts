/**
 * How letters are spelled that Unicode does not take apart into a base letter and marks. Of Cyrillic and Greek one
 * spelling of the several in use, so that a name is found whichever alphabet it was stored or typed in; what matters
 * is that each letter always becomes the same.
 */

function pairs(list: string): [string, string][] {
  return list.trim().split(/\s+/).map((pair) => [pair[0]!, pair.slice(1)])
}

const latin = pairs(`
  łl đd ðd ıi øo æae œoe ßss þth ħh ŋn ŧt ĸk ƒf ɓb ɖd ɗd ƙk ɣg ɛe ǝe əe ɔo ɲn ƴy ʋv ƶz ǥg ꞌ ꞓc ʒz ʃs ɨi ʉu ƀb ɫl ɬl
`)

const greek = pairs('αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υu φf χch ψps ωo')

const cyrillic = pairs(`
  аa бb вv гg дd еe жzh зz иi кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ъ ыy ь эe юyu яya
  єye іi ґg ђdj јj љlj њnj ћc џdz ѕdz әa ғg қk ңn өo ұu үu һh ҳh ҷj ҡk ҙz ҫs ѣe
`)

/** A lower-case letter and what it becomes: ASCII letters, or nothing. */
export const letters: ReadonlyMap<string, string> = new Map([...latin, ...greek, ...cyrillic])

/** The German and Scandinavian way to write letters without their marks, as in e-mail addresses. */
export const germanLetters: ReadonlyMap<string, string> = new Map(pairs('äae öoe üue åaa øoe'))
