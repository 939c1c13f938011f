/**
 * The user's settings: the API's address, the consent to http, and whether logins are kept.
 */
import { item } from '../client/store.js';
import { DEFAULT_ADDRESS, parseAddress } from './address.js';

/** @typedef {import('./address.js').Address} Address */

const isText = (/** @type {unknown} */ value) => typeof value === 'string';
const isChoice = (/** @type {unknown} */ value) => typeof value === 'boolean';
const isAddress = (/** @type {unknown} */ value) => isText(value) && parseAddress(String(value)) !== undefined;

/**
 * @param {import('../client/store.js').Areas} areas
 * @param {() => Promise<unknown>} managedAddress the address that an administrator has set, if any
 */
export function createSettings({ session, local }, managedAddress) {
  /** @type {ReturnType<typeof item<string>>} */
  const address = item(local, 'address', isAddress);
  /** The one address that the user allowed http for. @type {ReturnType<typeof item<string>>} */
  const insecureAllowed = item(local, 'insecureAllowed', isText);
  /** @type {ReturnType<typeof item<boolean>>} */
  const keep = item(local, 'keep', isChoice);
  /** @param {import('../client/store.js').Area} area @returns {ReturnType<typeof item<string>>} */
  const usernameIn = (area) => item(area, 'lastUsername', isText);
  const [shortUsername, keptUsername] = [usernameIn(session), usernameIn(local)];

  return {
    keep: { get: async () => (await keep.get()) ?? true, set: keep.set },

    /** @returns {Promise<Address & {allowInsecure: boolean, managed: boolean}>} */
    getAddress: async () => {
      const decided = await managedAddress().catch(() => undefined);
      const managed = isAddress(decided);
      const text = managed ? String(decided) : (await address.get()) ?? DEFAULT_ADDRESS;
      const found = /** @type {Address} */ (parseAddress(text));
      return { ...found, managed, allowInsecure: (await insecureAllowed.get()) === found.baseUrl };
    },

    /** @param {string} baseUrl @param {boolean} allowInsecure */
    setAddress: async (baseUrl, allowInsecure) => {
      if (allowInsecure) await insecureAllowed.set(baseUrl);
      else await insecureAllowed.remove();
      await address.set(baseUrl);
    },

    /** Who logged in last; the name stays on disk only with a login that is kept. */
    lastUsername: {
      get: async () => (await shortUsername.get()) ?? (await keptUsername.get()) ?? '',
      /** @param {string} name @param {boolean} kept */
      set: async (name, kept) => {
        await (kept ? shortUsername : keptUsername).remove();
        await (kept ? keptUsername : shortUsername).set(name);
      },
    },
  };
}
