/** Passphrases that people know from comics, films, songs, prayers and typing lessons, and so guess first. Letters alone, without accents. */
const phrases = `
  correct horse battery staple
  the quick brown fox jumps over the lazy dog
  quick brown fox jumps over
  pack my box with five dozen liquor jugs
  now is the time for all good men
  all work and no play makes jack a dull boy
  to be or not to be that is the question
  to be or not to be
  a horse a horse my kingdom for a horse
  may the force be with you
  winter is coming
  you shall not pass
  to infinity and beyond
  houston we have a problem
  all your base are belong to us
  never gonna give you up
  twinkle twinkle little star
  mary had a little lamb
  somewhere over the rainbow
  i love you to the moon and back
  once upon a time
  it was the best of times
  it was a dark and stormy night
  in the beginning god created
  our father who art in heaven
  the lord is my shepherd
  four score and seven years ago
  we the people of the united states
  we hold these truths to be self evident
  i think therefore i am
  lorem ipsum dolor sit amet
  abracadabra hocus pocus
  open sesame
  this is my password
  let me in please
  alle meine entchen schwimmen auf dem see
  franz jagt im komplett verwahrlosten taxi quer durch bayern
  sein oder nichtsein das ist hier die frage
  es war einmal
  vater unser im himmel
  ich liebe dich fuer immer
  portez ce vieux whisky au juge blond qui fume
  etre ou ne pas etre telle est la question
  il etait une fois
  notre pere qui es aux cieux
  je pense donc je suis
  liberte egalite fraternite
`

export const knownPhrases: readonly string[] = phrases.split('\n').map((line) => line.replaceAll(' ', '')).filter((line) => line !== '')
