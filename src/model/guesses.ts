/** How often anybody may guess at passwords. */

/** Within so many minutes attempts are counted, by address and by name. */
export const guessWindowMinutes = 15

/**
 * After so many wrong passwords in a row, over all locks that opened by themselves, no password is looked at any more (NIST SP 800-63B-4
 * §3.2.2): who guesses on after each lock would come to any number. All other ways in stay open, or a stranger could close them for good. A
 * recovery and an administrator begin the count anew; a right password and a sign-in of another kind do while it is below.
 */
export const mostGuessesInARow = 100
