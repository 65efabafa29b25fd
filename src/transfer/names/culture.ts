/**
 * The shape of a table of names: what people of one language are called, and what the towns, streets and firms of one
 * country where it is spoken look like. Lists are written as comma-separated text.
 *
 * Entries of the name lists:
 * - `Иван=Ivan`          as written, and in Latin letters; without `=`, Latin letters are derived (accents dropped)
 * - `Kowalski/Kowalska`  the form for men and for women, where family names have two
 * - `Dr./Dra.`           the same for what stands before and after names
 * - `van der Berg`       leading words in lower case are the prefix of a family name, at most 10 characters together
 *
 * In Latin letters no given name of a table may occur twice, and no family name: the uniqueness of generated logins
 * rests on that (test/generate.test.ts).
 */
export interface Culture {
  /** The language, RFC 5646. */
  language: string
  /** ISO 3166-1 alpha-2. */
  country: string
  /** The country's dialling code without +. */
  dial: string
  male: string
  female: string
  family: string
  /** How many family names people bear: the second is drawn from the same list. */
  doubleFamily?: true
  /** Further given names, for men and for women. */
  middle?: { male: string; female: string; percent: number }
  /** The partner's name is kept beside one's own, as in the Netherlands. */
  partnerNames?: true
  /** Women may have changed their name on marriage, percent. */
  maidenPercent?: number
  /** `Robert=Bob`, by given name as written. */
  nicknames?: string
  honorifics: string
  suffixes?: string
  /** ä, ö, ü become ae, oe, ue in Latin letters without accents. */
  umlauts?: true
  /** `Town|region|area code|postal code` with # for a digit and @ for a letter. */
  cities: string
  streets: string
  numberFirst?: true
  /** The first digits of mobile numbers. */
  mobile: string
  /** What firms call their trade. */
  trades: string
  legalForms: string
}

/** The entries of a comma-separated list. */
export function entries(list: string): string[] {
  return list.split(',').map((entry) => entry.replace(/\s+/g, ' ').trim()).filter((entry) => entry !== '')
}
