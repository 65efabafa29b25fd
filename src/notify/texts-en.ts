/** The messages in English. */
import type { LanguageTexts } from './message-text.ts'

const notYou = 'If this was not you, tell your help desk{helpDesk} at once.'

export const english: LanguageTexts = {
  greeting: 'Hello {name},',
  greetingWithoutName: 'Hello,',
  ending: 'This message was written by {product}; nobody reads answers to it.',
  kinds: { TOTP: 'an authenticator app', WEBAUTHN: 'a passkey', SMS: 'codes by SMS', RECOVERY_CODES: 'recovery codes', EMAIL: 'an e-mail address', SSH: 'an SSH key', API: 'an API key' },
  andOthers: 'and others who are not named here: your help desk{helpDesk} knows yours',
  messages: {
    'password-reset': {
      subject: 'Choose a new password',
      paragraphs: ['Somebody, probably you, has asked for a new password. Choose it here within {minutes} minutes:', '{link}', 'The link works once. If you did not ask for it, do nothing: your password stays as it is.'],
      button: 'Choose a new password',
    },
    'account-unlock': {
      subject: 'Unlock your account',
      paragraphs: ['Your account was locked after too many wrong passwords. Unlock it here within {minutes} minutes:', '{link}', 'The link works once. If you did not ask for it, do nothing.'],
      button: 'Unlock',
    },
    invitation: {
      subject: 'Your account is ready',
      paragraphs: ['An account has been made for you. Your user name is {userName}. Choose your password here within 7 days:', '{link}', 'The link works once. When it has expired, ask for a new one where you sign in.', 'If you need help, or know nothing of this account, ask your help desk{helpDesk}.'],
      button: 'Choose a password',
    },
    'sign-in-code': {
      subject: 'Your code for signing in',
      paragraphs: ['Your code for signing in is {code}. It is valid for {minutes} minutes.', 'Never tell it to anybody, not even to the help desk. If you are not signing in, change your password.'],
      sms: '{code} is your code for signing in to {product}, valid for {minutes} minutes. Never tell it to anybody.',
    },
    'reset-code': {
      subject: 'Your code for a new password',
      paragraphs: ['Your code for choosing a new password is {code}. It is valid for {minutes} minutes.', 'Never tell it to anybody, not even to the help desk.'],
      sms: '{code} is your code for a new password at {product}, valid for {minutes} minutes. Never tell it to anybody.',
    },
    'address-code': {
      subject: 'Confirm this address',
      paragraphs: ['The code that confirms this address is {code}. It is valid for {minutes} minutes.', 'If you know nothing of this, do nothing.'],
      sms: '{code} confirms this number at {product}, valid for {minutes} minutes.',
    },
    'user-name': { subject: 'Your user name', paragraphs: ['You sign in with: {userNames}.', 'If you did not ask for this, do nothing.'] },
    'account-locked': { subject: 'Your password is locked for a while', paragraphs: ['Signing in with your password was locked on {at}, after too many wrong passwords or codes. Where you are signed in you stay so, but for where wrong codes were entered.', `You may unlock it yourself where you sign in; mostly it also opens by itself after a while. ${notYou}`] },
    'password-closed': { subject: 'Your password no longer works', paragraphs: ['On {at} your password was closed, after a hundred wrong ones in a row. It does not open by itself: from now on not even the right one lets anybody in.', 'Choose a new one where you sign in, by “Forgotten your password?”, or ask your help desk{helpDesk}. If it was not you who tried, nobody has got in by it. We never ask for a password by mail.'] },
    'account-locked-by-administrator': { subject: 'Your account is locked', paragraphs: ['An administrator locked your account on {at}.', 'Only an administrator can unlock it. If you do not know why, ask your help desk{helpDesk}.'] },
    'new-sign-in': {
      subject: 'You signed in from somewhere new',
      paragraphs: ['On {at} somebody signed in with your account from a device or an address not seen before.', 'Device: {device}', 'Address: {address}', notYou],
    },
    'password-known': {
      subject: 'Somebody has entered your password',
      paragraphs: ['On {at} somebody entered your right password, from a device or an address not seen before. They did not get in: nobody has gone on to the end of that sign-in.', 'Device: {device}', 'Address: {address}', 'If it was you, there is nothing to do. If not, somebody knows your password: sign in, choose another one, and tell your help desk{helpDesk}.'],
    },
    'sign-in-unfinished': {
      subject: 'Somebody has begun to sign in with your account',
      paragraphs: ['On {at} somebody began to sign in with your account, by a passkey of yours or through another place where you sign in, from a device or an address not seen before. They did not get in: nobody has gone on to the end of that sign-in.', 'Device: {device}', 'Address: {address}', 'If it was you, there is nothing to do. If not, a passkey of yours or that other account is in the hands of somebody else: tell your help desk{helpDesk} at once.'],
    },
    'password-changed': { subject: 'Your password was changed', paragraphs: ['Your password was changed on {at}.', notYou] },
    'password-change-demanded': { subject: 'Choose another password', paragraphs: ['On {at} it was decided that you have to choose another password, as somebody else may know yours.', 'You will be asked for it when you next sign in with your password. We never ask for a password by mail.'] },
    'user-name-changed': { subject: 'Your user name was changed', paragraphs: ['On {at} your user name was changed from {before} to {after}.', notYou] },
    'email-changed': { subject: 'Your e-mail address was changed', paragraphs: ['The e-mail addresses of your account were changed on {at}.', 'Before: {before}', 'Now: {after}', notYou] },
    'email-proved': { subject: 'An e-mail address was proved', paragraphs: ['On {at} a code that went to {address} was entered in your account: the address is proved to be yours. Mails about the security of your account go there.', notYou] },
    'phone-changed': { subject: 'Your phone number was changed', paragraphs: ['The phone numbers of your account were changed on {at}.', 'Before: {before}', 'Now: {after}', notYou] },
    'factor-added': { subject: 'A way of signing in was added', paragraphs: ['On {at} a way of signing in was added to your account: {name}.', notYou] },
    'factor-removed': { subject: 'A way of signing in was removed', paragraphs: ['On {at} a way of signing in was removed from your account: {name}.', notYou] },
    'sms-switched-off': { subject: 'Codes by SMS were switched off for a number of yours', paragraphs: ['On {at} codes by SMS were switched off for a phone number of your account: {number}. No code goes there any more.', notYou] },
    'number-set-aside': { subject: 'A way of signing in is set aside for now', paragraphs: ['On {at} your password was recovered by a code to a phone, and so this way of signing in is set aside: {name}.', 'It is asked for again once you have proved another one of your ways of signing in.', notYou] },
    'passkey-copied': { subject: 'A passkey of yours may have been copied', paragraphs: ['On {at} your passkey {name} was used with a count that it had passed before. This happens when somebody else has a copy of it. It was refused.', 'Remove the passkey in your account, add a new one, and tell your help desk{helpDesk}.'] },
    'recovery-code-used': { subject: 'A recovery code was used', paragraphs: ['On {at} one of your recovery codes was used, in the place of another way of signing in.', 'Codes that are left: {left}. You can make new ones in your account.', notYou] },
    'questions-changed': { subject: 'Your security questions were changed', paragraphs: ['On {at} the answers to your security questions were set or removed.', notYou] },
    'key-added': { subject: 'A key was added to your account', paragraphs: ['On {at} a key was added to your account: {name}.', notYou] },
    'key-removed': { subject: 'A key was removed from your account', paragraphs: ['On {at} a key was removed from your account: {name}. Nothing gets in by it any more.', notYou] },
    'password-expires': { subject: 'Your password expires soon', paragraphs: ['Your password expires on {expires}.', 'Choose a new one before that, in your account. We never ask for a password by mail.'] },
    'membership-ends': { subject: 'Access of yours ends soon', paragraphs: ['Your membership of {name} ends on {end}.', 'If you need it for longer, ask whoever gave it to you.'] },
  },
}
