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
  happy birthday to you
  happy birthday dear
  happy new year
  merry christmas and a happy new year
  we wish you a merry christmas
  i am your father
  luke i am your father
  no i am your father
  i have a bad feeling about this
  live long and prosper
  one ring to rule them all
  elementary my dear watson
  here is looking at you kid
  i will always love you
  i want to hold your hand
  all you need is love
  let it be let it be
  we will rock you
  we are the champions
  dont worry be happy
  hello darkness my old friend
  row row row your boat
  humpty dumpty sat on a wall
  home sweet home
  god save the queen
  god save the king
  god bless america
  in god we trust
  oh say can you see
  i love you so much
  i love you very much
  i love my family
  i love my wife
  i love my husband
  no pain no gain
  practice makes perfect
  time is money
  knowledge is power
  an apple a day keeps the doctor away
  the early bird catches the worm
  this is a password
  this is my new password
  i forgot my password
  i hate passwords
  what is my password
  please let me in
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
  zum geburtstag viel gluck
  zum geburtstag viel glueck
  alles gute zum geburtstag
  frohe weihnachten
  stille nacht heilige nacht
  o tannenbaum o tannenbaum
  hanschen klein ging allein
  guten morgen liebe sorgen
  ich bin ein berliner
  ich bin dein vater
  ich liebe dich
  das ist mein passwort
  morgenstund hat gold im mund
  aller guten dinge sind drei
  einigkeit und recht und freiheit
  vater unser im himmel
  ich liebe dich fuer immer
  portez ce vieux whisky au juge blond qui fume
  etre ou ne pas etre telle est la question
  il etait une fois
  joyeux anniversaire
  joyeux noel
  bonne annee
  frere jacques frere jacques
  sur le pont d avignon
  au clair de la lune mon ami pierrot
  allons enfants de la patrie
  je suis ton pere
  je t aime pour toujours
  je t aime mon amour
  mon mot de passe
  c est mon mot de passe
  notre pere qui es aux cieux
  je pense donc je suis
  liberte egalite fraternite
`

export const knownPhrases: readonly string[] = phrases.split('\n').map((line) => line.replaceAll(' ', '')).filter((line) => line !== '')
