/** The browser's part of passkeys (WebAuthn level 3 §5.1): asked with what the server gave, answered as JSON. */
import { Refusal } from '../api.ts'

export const knowsPasskeys = (): boolean => window.isSecureContext && typeof PublicKeyCredential === 'function' && 'parseRequestOptionsFromJSON' in PublicKeyCredential

/** Why exactly a device gives none, browsers do not tell a page. */
async function given(asked: Promise<Credential | null>): Promise<unknown> {
  const credential = await asked.catch((error: unknown) => {
    throw new Refusal(error instanceof DOMException && error.name === 'InvalidStateError' ? 'passkey_known' : 'passkey_not_given', '')
  })
  if (credential === null) throw new Refusal('passkey_not_given', '')
  return (credential as PublicKeyCredential).toJSON()
}

export const makePasskey = (options: object): Promise<unknown> =>
  given(navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON) }))

export const showPasskey = (options: object): Promise<unknown> =>
  given(navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON) }))
