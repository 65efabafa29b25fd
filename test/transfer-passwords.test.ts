/** Passwords in files: hashes are known for what they are, and a clear password leaves by no other way than its call. */
import { Writable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPassword } from '../src/transfer/password-value.ts'
import { readRecords, type FileLayout, type MappedRow } from '../src/transfer/read-records.ts'
import type { Format, Mapping } from '../src/transfer/mapping.ts'
import { isSecretName, mayBeSecretName } from '../src/transfer/secret-names.ts'
import { rejectWriter } from '../src/transfer/write-rejects.ts'
import { bytes, mappingOf, problems, records } from './transfer-source.ts'

const b64 = (length: number) => Buffer.alloc(length, 7).toString('base64')

describe('schemes', () => {
  test.each([
    [`{SSHA}${b64(28)}`, 'SSHA'],
    [`{ssha}${b64(24)}`, 'SSHA'],
    [`{SHA}${b64(20)}`, 'SHA'],
    [`{SSHA256}${b64(40)}`, 'SSHA256'],
    [`{SSHA384}${b64(56)}`, 'SSHA384'],
    [`{SSHA512}${b64(72)}`, 'SSHA512'],
    [`{SMD5}${b64(24)}`, 'SMD5'],
    ['{CRYPT}$6$rounds=5000$saltsalt$abcdefghijklmnop', 'CRYPT'],
    ['{CRYPT}abJnggxhB/yWI', 'CRYPT'],
    [`{BCRYPT}$2b$08$${'a'.repeat(53)}`, 'BCRYPT'],
    [`$2y$12$${'a'.repeat(53)}`, 'BCRYPT'],
    ['{PBKDF2-SHA256}60000$NGC.MSA$abc.def', 'PBKDF2-SHA256'],
    [`{PBKDF2}10000:${b64(28)}`, 'PBKDF2'],
    [`{PBKDF2-HMAC-SHA512}10:${b64(72)}`, 'PBKDF2-HMAC-SHA512'],
    ['{ARGON2}$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA', 'ARGON2'],
  ])('%s is taken unchanged', (value, scheme) => expect(readPassword(value)).toEqual({ hash: value, scheme }))

  test.each(['secret', '', '{', '{}x', 'a{SSHA}b', '$2b$', '{un closed'])('%j is clear', (value) => {
    const read = readPassword(value)
    expect('clear' in read && read.clear()).toBe(value)
  })
  test('{CLEAR} says so itself', () => {
    const read = readPassword('{clear}{SSHA}x')
    expect('clear' in read && read.clear()).toBe('{SSHA}x')
  })
  test.each([`{SSHA}${b64(20)}`, `{SHA}${b64(21)}`, '{SSHA}no base64', '{BCRYPT}short', '{PBKDF2}x:y', '{CRYPT}', '{hunter2}rest', 'x'.repeat(256)])('%s is refused without a word of it', (value) => {
    const read = readPassword(value)
    expect(read).toHaveProperty('reason')
    expect(JSON.stringify(read)).not.toMatch(/hunter2|rest|AcHBwc|no base64/)
  })
  test('a clear password is not printed with its record', () => {
    const read = readPassword('hunter2')
    expect(JSON.stringify(read)).toBe('{}')
  })
  test.each([
    'userPassword', 'PASSWD', 'pwd', 'clientSecret', 'secretWord', 'pass', 'user_pwd', 'Initial password', 'api_key',
    'Passwort', 'Kennwort', 'mot_de_passe', 'MotDePasse', 'contraseña', 'Contrasenya', "Parola d'ordine", 'senha', 'palavra-passe', 'wachtwoord',
    'Hasło', 'heslo', 'Lösenord', 'adgangskode', 'salasana', 'jelszó', 'Şifre', 'lozinka', 'Пароль', 'κωδικός πρόσβασης', 'パスワード', '密码', '비밀번호',
    'userpassword;x-foo', '2.5.4.35', '2.5.4.35;binary', 'OID.2.5.4.35', 'unicodePwd', 'unicodepwd', 'dBCSPwd', 'ms-Mcs-AdmPwd', 'ntPwdHistory', 'sambaNTPassword', 'sambaLMPassword',
    'krbPrincipalKey', 'supplementalCredentials', 'passwordThemePassword',
    'recoveryCode', 'RECOVERY_CODES', 'backupcode', 'Backup Code 1', 'scratch codes', 'recovery key', 'mfa_secret', 'totpSeed', 'oneTimeCode', 'seed phrase', 'passphrase', 'securityAnswer', 'security_question_answer', 'secret answer', 'challengeResponse',
    'Wiederherstellungscode', 'Ersatzcodes', 'Notfallcode', 'Geheimzahl', 'Sicherheitsantwort', 'Antwort Sicherheitsfrage', 'code de récupération', 'codesDeSecours', 'réponse secrète', 'phrase de passe', 'código de recuperación', 'respuestaSecreta', 'codi de recuperació',
    'codici di recupero', 'risposta segreta', 'código de recuperação', 'resposta secreta', 'herstelcode', 'noodcodes', 'beveiligingsantwoord', 'kod odzyskiwania', 'kody zapasowe', 'záložní kód', 'återställningskod', 'sikkerhedssvar', 'gendannelseskode', 'palautuskoodi',
    'helyreállítási kód', 'cod de recuperare', 'yedek kod', 'güvenlik sorusu cevabı', 'код восстановления', 'резервный код', 'ответ на контрольный вопрос', 'κωδικός ανάκτησης', '暗証番号', '恢复代码', '복구 코드',
  ])('%s is the name of a secret', (name) => expect(isSecretName(name)).toBe(true))
  test.each(['PIN', 'userPIN', 'initial_pin', 'pin;x-old', 'clave', 'mdp', 'PIN1', 'pw2', 'pass1', 'pinCode', 'PIN-Nr', 'answer1', 'Antwort', 'réponse2', 'securityCode', 'Sicherheitscode', 'verification_code', 'code de sécurité'])('%s may be the name of a secret', (name) => {
    expect([isSecretName(name), mayBeSecretName(name)]).toEqual([false, true])
  })
  test.each(['secretary', 'passport', 'compass', 'compass weight', 'datePasswordChanged', 'pwdLastSet', 'badPwdCount', 'pwdPolicySubentry', 'shipping', 'spin', 'challengeResponseFailCount', 'dateChallengeRespChanged', 'recoveryEmail', 'backupContact', 'recoveryPhone', 'costCode', 'keyWorker', 'postcode', 'emergencyContact', 'securityClearance', 'Ersatzschlüssel', 'reservesleutel', 'jobCode', 'title', 'Reisepass', '2.5.4.3'])('%s only looks like it', (name) => {
    expect(mayBeSecretName(name)).toBe(false)
  })
})

/** Everything that comes out of an import before the hashing: rows without their sources, and the reject file. */
async function leaks(content: string | Buffer, mapping: Mapping | Format): Promise<{ rows: MappedRow[]; printed: string }> {
  let layout: FileLayout | undefined
  const rows: MappedRow[] = []
  for await (const row of readRecords(bytes(content), mapping, { onLayout: (given) => (layout = given) })) rows.push(row)
  let file = ''
  const out = new Writable({ write: (chunk: Buffer, _, done) => { file += chunk.toString(layout!.encoding === 'latin1' ? 'latin1' : 'utf8'); done() } })
  const writer = rejectWriter(layout!, () => out)
  for (const row of rows) {
    const raw = row.kind === 'problem' ? row.raw : undefined
    await writer.add({ line: row.line, reasons: ['reason' in row ? row.reason : problems([row]).map(({ reason }) => reason).join() || 'refused later'], source: row.source, raw })
  }
  await writer.end()
  const shown = rows.map(({ source: _, ...row }) => ({ ...row, raw: undefined }))
  return { rows, printed: JSON.stringify(shown) + file }
}

describe('no clear password in a row, a problem or a reject file', () => {
  const people = { resource: 'User' as const, set: { userName: 'id', birthdate: 'born', password: 'code' } }
  const csv = mappingOf({ records: [people] })
  // As unicodePwd goes: in quotes, UTF-16.
  const quoted = Buffer.from('"hunter2"', 'utf16le').toString('base64')
  test.each<[string, string | Buffer, Mapping | Format]>([
    ['a good row', 'id,born,code\n1,,hunter2\n', csv],
    ['a row with another problem', 'id,born,code\n1,2023-02-30,hunter2\n', csv],
    ['a scheme that is none', 'id,born,code\n1,,{hunter2}x\n', csv],
    ['bad bytes in it', Buffer.from('id,born,code\n1,,hunter2\xfc\n', 'latin1'), csv],
    ['bad bytes elsewhere', Buffer.from('id,born,code\n\xfc,,hunter2\n', 'latin1'), csv],
    ['a ragged row', 'id,born,code\n1,,hunter2,x\n', csv],
    ['an unclosed quote', 'id,born,code\n1,,"hunter2\n', csv],
    ['a column that is not mapped', 'userName,userPassword\n1,hunter2\n', mappingOf({ records: [{ resource: 'User', set: { userName: 'userName' } }] })],
    ['an unmapped row', 'userName,userPassword\n1,hunter2\n', mappingOf({ records: [{ resource: 'User', when: { column: 'userName', equals: 'x' }, set: { userName: 'userName' } }] })],
    ['our own CSV', 'userName,birthdate,password\n1,2023-02-30,hunter2\n', 'csv'],
    ['LDIF', 'dn: uid=a\nobjectClass: inetOrgPerson\nuid: a\nuserPassword: hunter2\n', 'ldif'],
    ['LDIF in base64', `dn: uid=a\nobjectClass: device\nuserpassword:: ${Buffer.from('hunter2').toString('base64')}\n`, 'ldif'],
    ['LDIF with options', 'dn: uid=a\nobjectClass: device\nuserPassword;x-old: hunter2\n', 'ldif'],
    ['LDIF that breaks off', 'dn: uid=a\nuserPassword: hun\n ter2\nno colon\n', 'ldif'],
    ['LDIF without a colon', 'dn: uid=a\nuserPassword hunter2\n', 'ldif'],
    ['LDIF of Active Directory', 'dn: uid=a\nobjectClass: device\nunicodePwd: hunter2\n', 'ldif'],
    ['LDIF of Active Directory in base64', `dn: uid=a\nobjectClass: device\nunicodePwd:: ${quoted}\n`, 'ldif'],
    ['LDIF with the number of the attribute', 'dn: uid=a\nobjectClass: device\n2.5.4.35: hunter2\n', 'ldif'],
    ['LDIF with a number that breaks off', 'dn: uid=a\n2.5.4.35: hunter2\nno colon\n', 'ldif'],
    ['a PIN that is not mapped', 'userName,PIN\n1,hunter2\n', mappingOf({ records: [{ resource: 'User', set: { userName: 'userName' } }] })],
    ['a password in French, in a ragged row', 'userName;mot_de_passe\n1;hunter2;x\n', mappingOf({ records: [{ resource: 'User', set: { userName: 'userName' } }] })],
    ['JSON with a PIN', '{"userName":"a","PIN":"hunter2"}\n', mappingOf({ format: 'jsonl', records: [{ resource: 'User', set: { userName: 'userName' } }] })],
    ['JSON in German that breaks off', '{"userName":"a","pwdExpires":1,"Kennwort":"hunter2\n', 'jsonl'],
    ['JSON', '{"userName":"a","password":"hunter2"}\n', 'jsonl'],
    ['JSON of a login', '{"userName":"a","logins":[{"login":"a","password":"hunter2"}]}\n', 'jsonl'],
    ['JSON with a secret word', '{"userName":"a","secretWord":"hunter2"}\n', 'jsonl'],
    ['JSON with a recovery code', '{"recoveryCode":"hunter2"}\n', mappingOf({ format: 'jsonl', records: [{ resource: 'User', set: { userName: 'userName' } }] })],
    ['JSON with answers in it', '{"questions":[{"question":"Pet?","answer":"hunter2"}]}\n', mappingOf({ format: 'jsonl', records: [{ resource: 'User', set: { userName: 'userName' } }] })],
    ['JSON that breaks off', '{"userName":"a","password":"hunter2\n', 'jsonl'],
    ['JSON with a scheme that is none', '{"userName":"a","password":"{hunter2}x"}\n', 'jsonl'],
  ])('%s', async (_, content, mapping) => {
    const { rows, printed } = await leaks(content, mapping)
    expect(printed).not.toMatch(/hunter2|hun\b|aHVudGVyMg/)
    expect(printed).not.toContain(quoted)
    if (String(content).split('\n').length > 2) expect(rows.length).toBeGreaterThan(0)
  })
  test('whatever the password is', async () => {
    const word = fc.stringMatching(/^[{}$:a-z0-9 "',;<\\äß🙂]{6,20}$/u).map((text) => `QZ${text}QZ`)
    await fc.assert(fc.asyncProperty(word, async (password) => {
      const csvCell = `"${password.replaceAll('"', '""')}"`
      for (const [content, mapping] of [[`id,born,code\n1,x,${csvCell}\n`, csv], [`${JSON.stringify({ userName: 1, birthdate: 'x', password })}\n`, 'jsonl']] as const) {
        const { printed } = await leaks(content, mapping)
        expect(printed.includes('QZ')).toBe(false)
      }
    }), { numRuns: 50 })
  })
  test('a hash stays in the reject file, so that the row can come again', async () => {
    const { printed } = await leaks(`id,born,code\n1,2023-02-30,{SSHA}${b64(28)}\n`, csv)
    expect(printed).toContain(`{SSHA}${b64(28)}`)
    expect(printed).not.toContain('left out')
    expect((await leaks('id,born,code\n1,2023-02-30,hunter2\n', csv)).printed).toContain('The password was left out')
  })
  test('a column that the mapping takes for something else stays, whatever it is called', async () => {
    const { printed } = await leaks('clave,born,PIN\n4711,2023-02-30,hunter2\n', mappingOf({ records: [{ resource: 'User', set: { employeeNumber: 'clave', birthdate: 'born' } }] }))
    expect(printed).toContain('4711,2023-02-30,,')
  })
  test('the call gives it, and an empty column none', async () => {
    const { rows } = await leaks('id,born,code\n1,,hunter2\n2,,\n', csv)
    const [first, second] = records(rows)
    expect(first!.password && 'clear' in first!.password && first!.password.clear()).toBe('hunter2')
    expect(second!.password).toBeUndefined()
  })
})
