/**
 * Requests that can be repeated after a lost answer: the same user's request is sent with the same
 * Idempotency-Key until the API accepts or refuses it. The key is stored before the request is sent.
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
   * Sends a request, with the key of an earlier attempt whose outcome is unknown, or with a new one.
   * @param {AttemptItem} item where the key is stored
   * @param {string} username
   * @param {(key: string) => Promise<T>} request
   * @returns {Promise<T>} what `request` returns
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

/** Removes a key, unless another attempt has stored its own meanwhile. @param {AttemptItem} item @param {string} key */
async function forget(item, key) {
  if ((await item.get())?.key === key) await item.remove();
}
