/**
 * The browser's API for passkeys (WebAuthn). An extension can use passkeys of a domain that it has the host
 * permission for, in Firefox since version 150.
 */

const FIRST_FIREFOX = 150;

export function canUsePasskeys() {
  const [, firefox = Infinity] = /Firefox\/(\d+)/.exec(navigator.userAgent) ?? [];
  return 'PublicKeyCredential' in globalThis && Number(firefox) >= FIRST_FIREFOX;
}

/**
 * Lets the browser create a passkey.
 * @param {any} options from the server
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
 * @param {any} options from the server
 * @returns {Promise<string>} the credential, as JSON
 * @throws {DOMException} `NotAllowedError` when the user refused, or there is no passkey
 */
export async function usePasskey(options) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }));
  return JSON.stringify(credential.toJSON());
}
