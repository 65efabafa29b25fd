/** Schemas of policies, made from the list of their settings. */
import { pieceKinds } from '../model/password-worth.ts'
import { policyCollection, policyKinds, policyLevels, type PolicyKind } from '../model/password-policy-records.ts'
import { passwordSettings, type Settings } from '../model/password-settings.ts'
import { entrySchema, type Schema } from './openapi-attributes.ts'
import { flag, integer, list, object, readOnly, text } from './openapi-words.ts'

function settingSchema({ kind, max, length, doc }: Settings[string]): Schema {
  const number = (description: string): Schema => ({ ...integer(description), minimum: 0, maximum: max })
  switch (kind) {
    case 'range':
      return object('Range', doc, { min: number('At least.'), max: number('At most.') })
    case 'count':
      return number(doc)
    case 'flag':
      return flag(doc)
    case 'text':
      return text(doc, length)
    case 'words':
      return { ...list(doc, text('A word.', 60)), maxItems: length }
  }
}

const rulesSchema = (settings: Settings): Schema =>
  object('Rules', 'What the policy demands; a rule that is absent is off.', Object.fromEntries(Object.entries(settings).map(([name, form]) => [name, settingSchema(form)])))

const target = object('Target', 'Whom the policy is for.', {
  level: { ...text('Everyone, a managed system (0 is this one), a type of person, or those who have an organisation, group or role.'), enum: [...policyLevels] },
  id: text('The id of that thing; for everyone it may be left out.', 32),
}, ['level'])

function policySchema(kind: PolicyKind): Schema {
  const schema = entrySchema(policyCollection(kind))
  return { ...schema, properties: {
    ...schema.properties,
    rules: rulesSchema(kind.settings),
    advisory: list('Rules that are recommended and not enforced.', { type: 'string', enum: Object.keys(kind.settings) }),
    appliesTo: { ...list('Whom the policy is for. Organisations, groups and roles may also name it themselves.', target), maxItems: 1000 },
  } }
}

const violation = object('Violation', 'A rule that is broken.', {
  rule: text('Its name in the policy.'), message: text('What it asks for.'), reasons: list('Of `blocklist`: what the password is made of.', { type: 'string', enum: pieceKinds }),
}, ['rule', 'message'])

const effective = object('Effective password policy', 'The policy that counts for a person, every blank filled in.', {
  id: text('The policy; absent when the built-in values apply.'),
  name: text('Its name.'),
  rules: rulesSchema(passwordSettings),
  advisory: list('Rules that are recommended and not enforced.', text('A rule.')),
  expiry: object('Expiry', 'How long a password lives; 0 days means forever.', {
    days: integer('Days.'), graceDays: integer('Days after that during which it works.'), warnDays: integer('Days before, from which on people are warned.'),
    noticeDays: integer('Days before, on which they are written to.'), resetDays: integer('Days of one that somebody else set.'), changeOnReset: flag('Whether that must be changed at the next sign-in.'),
  }),
  changes: object('Changes', 'How often it may change.', { perDay: integer('Times a day; absent means any number.'), minimumAgeHours: integer('Hours between two changes.'), byUser: flag('Whether people may recover it themselves.') }),
  recovery: object('Recovery', 'How it is recovered.', {
    tokenMinutes: integer('Minutes that a link lives.'),
    questions: object('Questions', 'Security questions beside a link or code.', {
      on: flag('Whether they are asked at all.'), count: integer('How many people answer.'), correct: integer('How many answers must be right.'),
      own: flag('Whether people may write questions of their own.'), group: text('The group of questions offered.'),
    }, ['on', 'count', 'correct', 'own', 'group']),
  }, ['tokenMinutes', 'questions']),
  lockout: object('Lockout', 'When the login is locked; 0 means never.', { failures: integer('Wrong passwords in a row.'), unlockMinutes: integer('Minutes until the lock opens by itself.') }),
  session: object('Session', 'How long a session lives.', { idleMinutes: integer('Minutes unused; absent means as long as the installation allows.'), most: integer('How many at once; absent means as many as the installation allows, 0 any number.') }),
  factors: object('Factors', 'What is asked for beside the password.', {
    leastLevel: integer('The level that every sign-in must reach; 0 asks for no more than people\'s own factors do.'), rememberDays: integer('Days that a device may go without being asked again; 0 never.'),
  }, ['leastLevel', 'rememberDays']),
}, ['name', 'rules', 'advisory', 'expiry', 'changes', 'recovery', 'lockout', 'session', 'factors'])

export const policyComponents: Record<string, Schema> = {
  PasswordPolicy: policySchema(policyKinds.password),
  SignInPolicy: policySchema(policyKinds.signIn),
  EffectivePasswordPolicy: effective,
  PasswordCheck: object('Password check', 'A password that is only tried.', {
    password: { ...text('The password.'), writeOnly: true },
    userId: { ...text('For whom: their policy, and words about them.', 32), 'x-references': 'User' },
    policyId: text('Under which policy, instead of the one that counts.', 32),
  }, ['password']),
  PasswordVerdict: object('Password verdict', 'Whether a password would do.', {
    acceptable: readOnly(flag('True when no rule that is enforced is broken.')),
    policy: readOnly(object('Policy', 'The policy it was held against.', { id: text('Its id.'), name: text('Its name.') })),
    violations: readOnly(list('Every rule that is broken.', violation)),
    advice: readOnly(list('Rules that are recommended and broken.', violation)),
  }, ['acceptable', 'policy', 'violations', 'advice']),
}
