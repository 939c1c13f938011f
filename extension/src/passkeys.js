/**
 * The browser's side of passkeys (WebAuthn). An extension can use those of a domain that it has the
 * permission for, in Firefox since version 150.
 */

const FIRST_FIREFOX = 150;

export function canUsePasskeys() {
  const [, firefox = Infinity] = /Firefox\/(\d+)/.exec(navigator.userAgent) ?? [];
  return 'PublicKeyCredential' in globalThis && Number(firefox) >= FIRST_FIREFOX;
}

/**
 * Lets the browser make a passkey.
 * @param {any} options as the server gave them
 * @returns {Promise<string>} the credential, as JSON
 * @throws {DOMException}
 */
export async function createPasskey(options) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }));
  return JSON.stringify(credential.toJSON());
}

/**
 * Lets the browser ask its user for a passkey.
 * @param {any} options as the server gave them
 * @returns {Promise<string>} the answer, as JSON
 * @throws {DOMException} `NotAllowedError` when the user did not want to, or there was none
 */
export async function usePasskey(options) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }));
  return JSON.stringify(credential.toJSON());
}
