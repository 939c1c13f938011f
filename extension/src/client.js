/**
 * The whole client in one object. It needs nothing from an extension: a web page or another
 * extension can take this file and its neighbours as they are.
 */
import { FETCH_DEFAULTS, isFinal, reach, send } from './api.js';
import { createPendingLogouts } from './pendingLogouts.js';
import { inProcessLock } from './locks.js';
import { createSession } from './session.js';
import { createStore, memoryArea } from './store.js';
import { timeLeft } from './tokens.js';

/**
 * @typedef {object} State
 * @property {string} baseUrl
 * @property {string | null} username who is logged in, if anybody
 * @property {number} secondsLeft of the access token
 * @property {number} lifetime of the access token, in seconds
 * @property {string | null} ended the error code that ended the last login
 */

/** @typedef {ReturnType<typeof createAuthClient>} AuthClient */

/**
 * @param {object} options
 * @param {string} options.baseUrl the API's address, without a slash at its end
 * @param {typeof globalThis.fetch} [options.fetch]
 * @param {import('./store.js').Areas} [options.storage] in memory unless told otherwise
 * @param {import('./locks.js').Lock} [options.lock]
 * @param {() => number} [options.now]
 * @param {() => string} [options.random] at least 16 characters, unguessable
 * @param {number} [options.timeoutMs]
 * @param {() => void} [options.onChange] called after a log in, a refresh, a log out
 */
export function createAuthClient({
  baseUrl,
  fetch = (input, init) => globalThis.fetch(input, init),
  storage = { session: memoryArea(), local: memoryArea() },
  lock = inProcessLock(),
  now = () => Date.now(),
  random = () => crypto.randomUUID(),
  timeoutMs = 20_000,
  onChange = () => undefined,
}) {
  const store = createStore(storage);
  const pendingLogouts = createPendingLogouts({ store, lock, fetch });
  const onPendingLogout = () => void pendingLogouts.deliver();
  const session = createSession({ baseUrl, post, store, lock, now, random, onChange, onPendingLogout });

  /** @param {string} path @param {unknown} body @param {string} [key] */
  function post(path, body, key) {
    const headers = key === undefined ? {} : { 'Idempotency-Key': key };
    return send({ baseUrl, fetch, timeoutMs }, path, { body, headers });
  }

  /**
   * Repeating it after a lost answer is safe: the same name goes out with the same key until the
   * API has decided.
   * @param {string} username
   * @param {string} password
   */
  async function register(username, password) {
    const key = await registrationKey(username);
    try {
      await post('/register', { username, password }, key);
    } catch (error) {
      if (isFinal(error)) await store.registration.remove();
      throw error;
    }
    await store.registration.remove();
  }

  /** @param {string} username */
  async function registrationKey(username) {
    const open = await store.registration.get();
    if (open?.baseUrl === baseUrl && open.username === username) return open.key;
    const key = random();
    await store.registration.set({ baseUrl, username, key });
    return key;
  }

  /**
   * @param {string} username
   * @param {string} password
   * @param {{keep?: boolean}} [options] `keep`: stay logged in when the browser is closed
   */
  async function authenticate(username, password, { keep = true } = {}) {
    const answer = await post('/authenticate', { username, password });
    await session.open(answer, { username, keep });
  }

  /**
   * Like `fetch`, with a token that is always fresh. Only for addresses of this API. A refused
   * token is renewed once and the request repeated, so a body must be one that can be sent twice.
   * @param {string} address a path such as `/protected`, or a whole address
   * @param {RequestInit} [init]
   */
  async function authorizedFetch(address, init = {}) {
    const url = resolveUrl(address);
    const token = await session.token();
    const response = await call(url, init, token);
    return response.status === 401 ? call(url, init, await session.token(token)) : response;
  }

  /** @param {string} url @param {RequestInit} init @param {string} token */
  function call(url, init, token) {
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${token}`);
    const signal = init.signal ?? AbortSignal.timeout(timeoutMs);
    return reach(baseUrl, () => fetch(url, { ...FETCH_DEFAULTS, ...init, headers, signal }));
  }

  /** A token goes to its own API only. @param {string} address */
  function resolveUrl(address) {
    const url = new URL(address.startsWith('/') ? baseUrl + address : address).href;
    if (!url.startsWith(`${baseUrl}/`)) throw new TypeError(`not an address of ${baseUrl}: ${url}`);
    return url;
  }

  /** @returns {Promise<State>} */
  async function state() {
    const { grant, access } = await session.read();
    return {
      baseUrl,
      username: grant?.username ?? null,
      secondsLeft: access ? Math.ceil(timeLeft(access, now()) / 1000) : 0,
      lifetime: access ? access.lifetime / 1000 : 0,
      ended: (await store.ended.get()) ?? null,
    };
  }

  /** Ends the login at once; `serverNotified` is false when the server could not be reached; it is notified later. */
  async function logout() {
    await session.close();
    return { serverNotified: await pendingLogouts.deliver() };
  }

  return { register, authenticate, fetch: authorizedFetch, logout, state, deliverPendingLogouts: pendingLogouts.deliver };
}
