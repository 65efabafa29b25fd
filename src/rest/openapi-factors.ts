/** Schemas of factors, passkeys and recovery. */
import { factorKinds } from '../model/factor-kinds.ts'
import { refTo, type Schema } from './openapi-attributes.ts'
import { flag, instant, integer, list, object, text } from './openapi-words.ts'

const kind: Schema = { ...text('Its kind.', 20), enum: Object.keys(factorKinds) }
const fromBrowser = (description: string): Schema => ({ description, type: 'object', additionalProperties: true })
const answer = {
  factor: text('The id of the factor.', 32),
  code: text('The code: of the app, of the SMS, or a recovery code.', 40),
  assertion: fromBrowser('What the passkey signed, as PublicKeyCredential.toJSON() gives it.'),
}

export const factorComponents: Record<string, Schema> = {
  Factor: object('Factor', 'A further means of proving who one is.', {
    id: text('Its id.', 32), type: kind, name: text('What the person calls it.', 60), confirmed: flag('False until its first code was given; then it counts.'),
    created: instant('When it was begun.'), lastUsed: instant('When it was last proved.'), hint: text('Where codes go.', 320), credentialId: text('Of a passkey: what the browser calls it.', 1400), left: integer('Recovery codes that are left.'),
    setAside: flag('True for a number that has recovered the password: it is asked for again once another factor was proved, or where none is left.'),
    uri: text('For TOTP, once: the address that an app reads as a QR code.', 1000), codes: list('Recovery codes, once: each works one time.', text('A code.', 29)),
  }, ['id', 'type', 'name', 'confirmed']),
  NewFactor: object('New factor', 'A factor to begin or to make.', {
    type: kind, name: text('What to call it.', 60), value: text('For SMS the number; for EMAIL one of one\'s addresses, which /me/emails/{emailId}/code calls by its id.', 320),
    credential: fromBrowser('For WEBAUTHN: what the browser has made, as PublicKeyCredential.toJSON() gives it.'),
  }, ['type']),
  FactorName: object('Name of a factor', 'A new name.', { name: text('What to call it.', 60) }, ['name']),
  FactorCode: object('Code of a factor', 'The first code of a new factor.', { code: text('The code.', 40) }, ['code']),
  FactorChoice: object('Choice of a factor', 'Which of the factors it shall be.', { factor: text('Its id.', 32) }, ['factor']),
  FactorAnswer: object('Answer to a factor', 'A code, or what a passkey has signed.', { ...answer, remember: flag('True: this browser is not asked again for a while, where nothing but one\'s own choice asks.') }, ['factor']),
  StepUp: object('Step up', 'A factor, or the password of who has none.', { ...answer, password: { ...text('The password.', 1024), format: 'password', writeOnly: true } }),
  PasskeyOptions: { title: 'Options for a passkey', description: 'For PublicKeyCredential.parseCreationOptionsFromJSON() or parseRequestOptionsFromJSON() (WebAuthn).', type: 'object', additionalProperties: true },
  PasskeySignIn: object('Sign-in by passkey', 'What any passkey signed.', { assertion: answer.assertion }, ['assertion']),
  RememberedDevice: object('Remembered device', 'A browser that is not asked for a second factor for a while.', { id: text('Its id.', 32), device: text('The program and system.', 100), ip: text('The address it was remembered from.', 45), created: instant('Since when.'), expires: instant('Until when.') }, ['id', 'created', 'expires']),
  RecoveryRequest: object('Request for recovery', 'Whose account it is.', { userName: text('The user name, or an e-mail address.', 320), channel: { ...text('SMS for a code to an enrolled number, where there is another factor as well.'), enum: ['EMAIL', 'SMS'] } }, ['userName']),
  UserNameRequest: object('Request for user names', 'Where to send them.', { email: text('The e-mail address.', 320) }, ['email']),
  RecoveryCompleted: object('Recovered', 'What whoever has set a new password signs in with.', { userName: text('The user name.', 320) }, ['userName']),
  RecoveryCompletion: object('New password', 'The token of a link, or the user name and the code of an SMS, and a new password.', { token: text('What stands behind # in the link.', 43), userName: text('With a code: the user name.', 220), code: text('The code.', 40), answers: list('Answers to the security questions that a first try without them names.', refTo('SecurityAnswer')), next: { ...text('The new password.', 1024), format: 'password', writeOnly: true } }, ['next']),
  RecoveryLook: object('Look at a recovery', 'The token of a link, or the user name and the code of an SMS.', { token: text('What stands behind # in the link.', 43), userName: text('With a code: the user name.', 220), code: text('The code.', 40) }),
  RecoveryState: object('What a recovery opens', 'Whose password it would set.', {
    userName: text('The user name of the person.', 320), passwordLength: integer('The characters that the new password must have at least.'), first: flag('True when there is no password yet.'),
  }, ['userName', 'passwordLength', 'first']),
  SecurityAnswer: object('Security answer', 'An answer to a security question.', { question: text('The id of the question, or the text of one\'s own.', 500), answer: { ...text('The answer; case, spaces and signs do not count.', 500), writeOnly: true } }, ['question', 'answer']),
  SecurityAnswers: object('Security answers', 'Answers in the place of all that were there.', { answers: list('One for each question.', refTo('SecurityAnswer')) }, ['answers']),
  AnsweredQuestion: object('Answered question', 'A security question that a person has answered; the answer is shown to nobody.', { id: text('Its id.', 32), question: text('The question.', 2000), own: flag('True when the person wrote it.') }, ['id', 'question', 'own']),
  SecurityQuestions: object('Security questions', 'What one may answer, and has.', {
    enabled: flag('Whether a policy switches them on for this person.'), count: integer('How many have to be answered.'), ownAllowed: flag('Whether one may write questions of one\'s own.'),
    offered: list('Those to choose from.', object('Offered question', 'A question.', { id: text('Its id.', 32), question: text('The question.', 2000) }, ['id', 'question'])),
    answered: list('Those that are answered.', refTo('AnsweredQuestion')), locked: flag('True after too many wrong answers, until new ones are set.'),
  }, ['enabled', 'count', 'ownAllowed', 'offered', 'answered', 'locked']),
  UnlockCompletion: object('Unlocking by a link', 'The token of the link.', { token: text('What stands behind # in the link.', 43) }, ['token']),
}
