/**
 * Sessions that ended here while the server was away: it is told as soon as it answers again.
 */
import { isFinal, send } from './api.js';

const PATIENCE_MS = 5000;

/**
 * @param {object} parts
 * @param {ReturnType<typeof import('./store.js').createStore>} parts.store
 * @param {import('./locks.js').Lock} parts.lock
 * @param {typeof globalThis.fetch} parts.fetch
 */
export function createFarewells({ store, lock, fetch }) {
  /** @param {import('./store.js').Farewell} farewell */
  async function tell({ baseUrl, token }) {
    try {
      const link = { baseUrl, fetch, timeoutMs: PATIENCE_MS };
      await send(link, '/logout', { body: { refresh_token: token } });
      return true;
    } catch (error) {
      return isFinal(error);
    }
  }

  /** Tells every server that answers; says whether nothing is left to tell. */
  async function deliver() {
    const away = new Set();
    for (const farewell of await store.farewells.get()) {
      if (away.has(farewell.baseUrl)) continue;
      if (await tell(farewell)) await lock('authapi.state', () => store.farewells.drop(farewell));
      else away.add(farewell.baseUrl);
    }
    return away.size === 0;
  }

  return { deliver: () => lock('authapi.farewells', deliver) };
}
