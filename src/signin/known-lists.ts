/** Names that everybody knows in their order: days, months and numbers in three languages. Small letters without accents. */
const lists = `
  monday tuesday wednesday thursday friday saturday sunday
  january february march april may june july august september october november december
  one two three four five six seven eight nine ten eleven twelve
  first second third fourth fifth sixth seventh eighth ninth tenth
  montag dienstag mittwoch donnerstag freitag samstag sonntag
  januar februar marz april mai juni juli august september oktober november dezember
  eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf
  lundi mardi mercredi jeudi vendredi samedi dimanche
  janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
  un deux trois quatre cinq six sept huit neuf dix onze douze
  spring summer autumn winter
  fruhling sommer herbst winter
  printemps ete automne hiver
  alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu
`

export const knownLists: readonly (readonly string[])[] = lists.split('\n').map((line) => line.trim().split(' ')).filter((names) => names.length > 1)
