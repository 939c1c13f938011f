/**
 * Requests that may be repeated after a lost answer: the same user's request is sent with the same
 * Idempotency-Key until the API has decided. The key is stored before the request is sent.
 */
import { isFinal } from './errors.js';

/** @typedef {ReturnType<typeof import('./store.js').item<import('./store.js').Attempt>>} AttemptItem */

/**
 * @param {object} parts
 * @param {string} parts.baseUrl
 * @param {() => string} parts.random
 */
export function createAttempts({ baseUrl, random }) {
  /**
   * @template T
   * @param {AttemptItem} item where the key is stored
   * @param {string} username
   * @param {(key: string) => Promise<T>} request
   * @returns {Promise<T>}
   */
  return async function attempt(item, username, request) {
    const open = await item.get();
    const isSame = open?.baseUrl === baseUrl && open.username === username;
    const key = isSame ? open.key : random();
    await item.set({ baseUrl, username, key });
    try {
      const result = await request(key);
      await forget(item, key);
      return result;
    } catch (error) {
      if (isFinal(error)) await forget(item, key);
      throw error;
    }
  };
}

/** Another attempt may have stored its own key meanwhile. @param {AttemptItem} item @param {string} key */
async function forget(item, key) {
  if ((await item.get())?.key === key) await item.remove();
}
