/**
 * Logouts that a server has not confirmed yet: they are sent again until it confirms them.
 */
import { send } from './api.js';
import { isFinal } from './errors.js';

/** @typedef {import('./store.js').PendingLogout} PendingLogout */

const TIMEOUT_MS = 4000;

/**
 * @param {object} parts
 * @param {ReturnType<typeof import('./store.js').createStore>} parts.store
 * @param {import('./locks.js').Lock} parts.lock
 * @param {typeof globalThis.fetch} parts.fetch
 */
export function createPendingLogouts({ store, lock, fetch }) {
  /** Requests under way, by refresh token. @type {Map<string, Promise<boolean>>} */
  const underWay = new Map();

  /**
   * Stores a logout. If the storage cannot be written, the logout is still sent, but only once. Must be
   * called under the lock `authapi.state`.
   * @param {PendingLogout} entry
   * @param {boolean} keep whether it may stay on disk
   */
  async function add(entry, keep) {
    await store.pendingLogouts.add(entry, keep).catch(() => undefined);
  }

  /**
   * Sends one logout, without waiting for others.
   * @param {PendingLogout} entry
   * @returns {Promise<boolean>} whether the server has confirmed it
   */
  function deliver(entry) {
    const request = underWay.get(entry.token) ?? sendOnce(entry).finally(() => underWay.delete(entry.token));
    underWay.set(entry.token, request);
    return request;
  }

  /** @param {PendingLogout} entry */
  async function sendOnce(entry) {
    const confirmed = await notify(entry);
    if (confirmed) await lock('authapi.state', () => store.pendingLogouts.drop(entry)).catch(() => undefined);
    return confirmed;
  }

  /** @param {PendingLogout} entry */
  async function notify({ baseUrl, token }) {
    try {
      await send({ baseUrl, fetch, timeoutMs: TIMEOUT_MS }, '/logout', { body: { refresh_token: token } });
      return true;
    } catch (error) {
      return isFinal(error);
    }
  }

  /** Sends the logouts of one server, up to the first that it does not confirm. @param {PendingLogout[]} entries */
  async function deliverTo(entries) {
    for (const entry of entries) {
      if (!(await deliver(entry))) return false;
    }
    return true;
  }

  /** Sends every stored logout once, to all servers at the same time. */
  async function deliverEach() {
    const entries = await store.pendingLogouts.get();
    const servers = [...new Set(entries.map(({ baseUrl }) => baseUrl))];
    const outcomes = await Promise.all(
      servers.map((server) => deliverTo(entries.filter(({ baseUrl }) => baseUrl === server))),
    );
    return outcomes.every(Boolean);
  }

  /** @returns {Promise<boolean>} whether every stored logout is confirmed */
  const deliverAll = () => lock('authapi.pendingLogouts', deliverEach).catch(() => false);

  return { add, deliver, deliverAll };
}
