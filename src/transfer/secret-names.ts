/**
 * Names that tell that a column, an attribute or a member holds a secret, in the languages that personnel files come in and in
 * directory servers: the one place that knows them. Two degrees: what cannot mean anything else, and what often does (`clave` is
 * a password or a personnel number); the latter counts unless the mapping says what else it is.
 */
import { fold } from '../model/fold.ts'

/** Parts of names, as `fold` leaves them; a space may stand there or not (`mot_de_passe`, `motDePasse`, `motdepasse`). */
const sure = [
  // English; what stands for a key of a machine too.
  'passw', '\\bpass (?:word|wd|phrase|code)', 'passphrase', 'passcode', '\\bpwd\\b', '\\wpwd\\b', '^pass$', 'secret(?!ar)', 'credential', 'api ?key', 'private ?key', '(?:access|refresh|bearer) ?token',
  // German, French, Spanish and Catalan, Italian, Portuguese, Dutch
  'kennwort', 'losungswort', 'zugangscode', 'geheim ?(?:zahl|wort|code)', 'mot ?de ?passe', 'code ?(?:secret|confidentiel)', 'contrasen', 'clave ?(?:de ?acceso|secreta)',
  'parola ?d ?(?:ordine|accesso)', 'parola ?chiave', 'codice ?segreto', '\\bsenhas?\\b', 'palavra ?passe', 'wachtwoord', 'toegangscode',
  // Polish, Czech and Slovak, Swedish, Norwegian, Danish, Finnish, Estonian, Hungarian, Romanian, Turkish
  '\\bhasl[oa]\\b', '\\bhesl[oa]\\b', 'losen ?ord', 'passord', 'adgangskode', 'kode ?ord\\b', 'salasana', '\\bparool', 'jelszo', '\\bparola(?:utilizator)?\\b', '\\bsifre(?:si)?\\b',
  // Croatian and Serbian, Slovenian, Lithuanian, Icelandic; Russian and its neighbours
  'lozinka', 'zaporka', '\\bgeslo\\b', 'slaptazod', 'lykilord', '\\bparol\\b',
  ...['κωδικός πρόσβασης', 'パスワード', '密码', '密碼', '비밀번호', 'סיסמה', 'كلمة المرور', 'كلمة السر'].map((word) => fold(word).replaceAll(' ', ' ?')),
  // Directory servers: Active Directory, Samba, Kerberos
  'pwd ?history', 'admpwd', '(?:lm|nt|ntlm) ?hash\\b', 'krb ?principal ?key', 'krb ?5 ?key\\b', '\\botp ?(?:seed|key)\\b',
]

/** Whole words that are secrets, unless a mapping says what else they are. */
const likely = ['pins?', 'pin ?code', 'puk', 'pw', 'pass', 'mdp', 'clave', 'parole', 'kod ?dostepu', 'passwd?', 'token', 'otp', 'tan']

const [sureName, likelyName] = [new RegExp(sure.join('|')), new RegExp(`\\b(?:${likely.join('|')})\\d*\\b`)]

/** What only tells of a password: when it was changed, how often it was wrong, what is asked of it. */
const toldOf = /passwordChanged|passwordTheme|secretFailCount|resetPwd|badPwd|pwd(?:Change|Exp|Last|Policy|Account|Failure|Grace|Reset|Must|Attribute|Min|Max|Check|Lockout|Safe|InHistory|Allow|StartTime|EndTime)/gi

/** userPassword, authPassword, and those of Active Directory, Samba, Kerberos and OpenLDAP by their numbers. */
const numbers = new Set([
  '2.5.4.35', '1.3.6.1.4.1.4203.1.3.4', '1.2.840.113556.1.4.55', '1.2.840.113556.1.4.90', '1.2.840.113556.1.4.94', '1.2.840.113556.1.4.125', '1.2.840.113556.1.4.160',
  '1.3.6.1.4.1.7165.2.1.24', '1.3.6.1.4.1.7165.2.1.25', '1.3.6.1.4.1.7165.2.1.54', '2.16.840.1.113719.1.301.4.39.1', '1.3.6.1.4.1.5322.10.1.10', '1.3.6.1.4.1.42.2.27.8.1.20',
])

/** An attribute of LDAP without its options (`userPassword;x-old`), or a name as it is. */
const bare = (name: string) => name.replace(/;.*$/s, '').trim()

/** The words of a name: `initialPIN`, `initial_pin` and `Initial-PIN` are the same. */
const wordsOf = (name: string) => fold(name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, ' ')).replaceAll(/ +/g, ' ').trim()

/** True for a column or key, or any text, whose name says that it holds a secret and nothing else. */
export function isSecretName(name: string): boolean {
  if (numbers.has(bare(name).replace(/^oid\./i, ''))) return true
  return sureName.test(wordsOf(name.replaceAll(toldOf, ' ')))
}

/** True also for a name that may be another thing: to be asked of columns of which no mapping says so. */
export const mayBeSecretName = (name: string): boolean => isSecretName(name) || likelyName.test(wordsOf(bare(name)))
