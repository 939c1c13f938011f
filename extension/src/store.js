/**
 * Reads and writes tokens. The only module that knows the names of the storage's keys.
 */

/**
 * A storage area: three functions are all it takes. An extension's storage fits through
 * `browserApi.js`.
 * @typedef {object} Area
 * @property {(key: string) => Promise<unknown>} get
 * @property {(key: string, value: unknown) => Promise<void>} set
 * @property {(key: string) => Promise<void>} remove
 */

/** `session` is forgotten when the browser closes, `local` stays. @typedef {{session: Area, local: Area}} Areas */

/**
 * A login. `key` is the Idempotency-Key of a refresh of `token` that may be under way.
 * @typedef {{id: string, baseUrl: string, username: string, keep: boolean, token: string, key?: string}} Grant
 */

/** An access token of the login `id`; times in milliseconds. @typedef {{id: string, token: string, receivedAt: number, lifetime: number}} Access */

/** A refresh token whose session the server has yet to end. @typedef {{baseUrl: string, token: string}} PendingLogout */

const MAX_PENDING_LOGOUTS = 20;

/**
 * Values of a page's own: gone when the page goes.
 * @returns {Area}
 */
export function memoryArea() {
  /** @type {Map<string, unknown>} */
  const values = new Map();
  return {
    get: async (key) => structuredClone(values.get(key)),
    set: async (key, value) => void values.set(key, structuredClone(value)),
    remove: async (key) => void values.delete(key),
  };
}

/**
 * One named value in an area.
 * @template T
 * @param {Area} area
 * @param {string} key
 */
export function item(area, key) {
  return {
    get: async () => /** @type {T | undefined} */ (await area.get(key)),
    /** @param {T} value */
    set: (value) => area.set(key, value),
    remove: () => area.remove(key),
  };
}

/** @param {Areas} areas */
export function createStore({ session, local }) {
  /** @type {ReturnType<typeof item<Access>>} */
  const access = item(session, 'access');
  /** @type {ReturnType<typeof item<Grant>>} */
  const shortGrant = item(session, 'grant');
  /** @type {ReturnType<typeof item<Grant>>} */
  const keptGrant = item(local, 'grant');
  /** @type {ReturnType<typeof item<PendingLogout[]>>} */
  const pendingLogouts = item(local, 'pendingLogouts');

  const grant = {
    get: async () => (await shortGrant.get()) ?? (await keptGrant.get()),
    /** @param {Grant} value */
    set: (value) => (value.keep ? keptGrant : shortGrant).set(value),
    remove: async () => void (await Promise.all([shortGrant.remove(), keptGrant.remove()])),
  };

  return {
    access,
    grant,
    /** Why the last login ended without being asked to. @type {ReturnType<typeof item<string>>} */
    ended: item(session, 'ended'),
    /** The Idempotency-Key of a registration without an answer. @type {ReturnType<typeof item<{baseUrl: string, username: string, key: string}>>} */
    registration: item(session, 'registration'),
    pendingLogouts: {
      get: async () => (await pendingLogouts.get()) ?? [],
      /** @param {PendingLogout} pendingLogout */
      add: async (pendingLogout) => {
        const list = (await pendingLogouts.get()) ?? [];
        await pendingLogouts.set([...list, pendingLogout].slice(-MAX_PENDING_LOGOUTS));
      },
      /** @param {PendingLogout} pendingLogout */
      drop: async ({ token }) => {
        const list = (await pendingLogouts.get()) ?? [];
        await pendingLogouts.set(list.filter((other) => other.token !== token));
      },
    },
  };
}
