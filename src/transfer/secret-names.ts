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

const codes = '(?:codes?|keys?|phrases?|words?|tokens?)'

/** What lets somebody in beside their password: codes for whoever has lost it or their device, and answers to questions, with who asks for them. */
const besides = [
  `(?:recovery|back ?up|scratch|rescue|one ?time|mfa|2fa|totp|seed) ?${codes}\\b`, '(?:security|secret|challenge|recovery|(?:security|secret) questions?) ?(?:answers?|respon[sc]es?)\\b', 'mnemonic', '(?:mfa|2fa|totp|hotp) ?seed',
  // German, French, Spanish and Catalan, Italian, Portuguese, Dutch
  '(?:wiederherstellungs|ersatz|notfall|einmal|entsperr|rettungs) ?codes?\\b', 'wiederherstellungs ?schlussel', '(?:sicherheits|geheim(?:e|en|er)?|kontroll) ?(?:frage )?antwort', 'antwort (?:auf )?(?:die )?(?:sicherheits|geheim|kontroll)', 'passsatz',
  'codes? (?:de )?(?:recuperation|secours|deblocage)', 'reponses? (?:de )?(?:securite|secrete|(?:a la )?question)', 'phrase (?:secrete|de passe)',
  'codi(?:go)?s? (?:de )?(?:recuperacio|respaldo|emergencia)', 'clave (?:de )?recuperacio', 'r[ei]spost[ae] (?:a |di |de |alla )?(?:domanda |pergunta )?(?:segur|secret|segret|sicur)', 'respuestas? (?:de |a la )?(?:pregunta (?:de )?)?(?:segur|secret)',
  '(?:frase|palabra|parola|palavra) ?(?:secret|segret)', 'codic[ei] (?:di )?(?:recupero|ripristino|backup|emergenza|riserva)', 'codigos? (?:de )?(?:recuperacao|backup|reserva)', '(?:herstel|nood|reserve) ?codes?\\b', 'herstel ?sleutel', '(?:beveiligings|geheim) ?antwoord',
  // Polish, Czech and Slovak, Swedish, Norwegian, Danish, Finnish, Hungarian, Romanian, Turkish, Croatian, Russian
  'kod(?:y|u)? (?:odzyskiwania|zapasow|awaryjn)', '(?:zalozn|obnovovac|zachrann)\\w* ?kod', 'kody? (?:pro|na) obnov', 'bezpecnostn\\w* odpove[dt]', '(?:aterstallnings|reserv|gjenopprettings|gendannelses|nod) ?kod', '(?:sakerhets|sikkerheds|sikkerhets) ?svar',
  '(?:palautus|vara) ?koodi', 'turva ?vastaus', '(?:helyreallitasi|tartalek) ?kod', 'biztonsagi valasz', 'coduri? de (?:recuperare|rezerva)', 'cod de (?:recuperare|rezerva)', '(?:kurtarma|yedek) ?kod', 'guvenlik (?:sorusu(?:nun)? )?cevab', 'kod za oporavak',
  'kody? vosstanovleniya', 'rezervny\\w* kod', 'otvet na (?:kontrolnyi|sekretnyi)', 'kody? vidnovlennya',
  ...['κωδικός ανάκτησης', 'リカバリーコード', '回復コード', 'バックアップコード', '暗証番号', '秘密の答え', '恢复代码', '恢復代碼', '备用代码', '備用代碼', '安全答案', '복구 코드', '백업 코드', 'קוד שחזור', 'رمز الاسترداد'].map((word) => fold(word).replaceAll(' ', ' ?')),
]

/** The same codes by words that may be others: a security is a share, too. */
const likelyBesides = ['(?:security|access|emergency|verification|activation|unlock|reset) ?(?:code|key)s?', '(?:sicherheits|zugangs|freischalt|aktivierungs|bestatigungs) ?codes?', 'codes? (?:de )?(?:securite|acces|verification)',
  'codi(?:go)?s? (?:de )?(?:segur\\w+|acces\\w*|verific\\w+)', 'codic[ei] (?:di )?(?:sicurezza|accesso|verifica)', 'beveiligings ?codes?', 'kod bezpieczenstwa', 'bezpecnostn\\w* kod', '(?:sakerhets|sikkerheds|sikkerhets) ?kode?', 'turva ?koodi', 'guvenlik kodu',
  'pin ?(?:no|nr|number|nummer|hash)', 'pincodes?', 'codepin', 'answers?', 'antwort(?:en)?', 'reponses?', 'respuestas?', 'rispost[ae]', 'respostas?', 'antwoord(?:en)?', 'odpowiedz', 'odpoved', 'svar', 'vastaus', 'otvet']

const [sureName, likelyName] = [new RegExp([...sure, ...besides].join('|')), new RegExp(`\\b(?:${[...likely, ...likelyBesides].join('|')})\\d*\\b`)]

/** What only tells of a password: when it was changed, how often it was wrong, what is asked of it. */
const toldOf = /challengeResponseFailCount|dateChallengeResp|passwordChanged|passwordTheme|secretFailCount|resetPwd|badPwd|pwd(?:Change|Exp|Last|Policy|Account|Failure|Grace|Reset|Must|Attribute|Min|Max|Check|Lockout|Safe|InHistory|Allow|StartTime|EndTime)/gi

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
