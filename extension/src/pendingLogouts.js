/**
 * Logouts that a server has not confirmed yet. They are sent again until it does.
 */
import { isFinal, send } from './api.js';

const TIMEOUT_MS = 5000;

/**
 * @param {object} parts
 * @param {ReturnType<typeof import('./store.js').createStore>} parts.store
 * @param {import('./locks.js').Lock} parts.lock
 * @param {typeof globalThis.fetch} parts.fetch
 */
export function createPendingLogouts({ store, lock, fetch }) {
  /** @param {import('./store.js').PendingLogout} pendingLogout */
  async function notify({ baseUrl, token }) {
    try {
      const link = { baseUrl, fetch, timeoutMs: TIMEOUT_MS };
      await send(link, '/logout', { body: { refresh_token: token } });
      return true;
    } catch (error) {
      return isFinal(error);
    }
  }

  /** Sends every pending logout once. Returns whether all of them are confirmed. */
  async function deliver() {
    const unreachable = new Set();
    for (const pendingLogout of await store.pendingLogouts.get()) {
      if (unreachable.has(pendingLogout.baseUrl)) continue;
      if (await notify(pendingLogout)) await lock('authapi.state', () => store.pendingLogouts.drop(pendingLogout));
      else unreachable.add(pendingLogout.baseUrl);
    }
    return unreachable.size === 0;
  }

  return { deliver: () => lock('authapi.pendingLogouts', deliver) };
}
