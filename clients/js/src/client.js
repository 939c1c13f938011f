/**
 * The client: registers, logs in, keeps the tokens fresh and logs out.
 */
import { isInsecure, normalizeBaseUrl } from './address.js';
import { readAnswer, send as sendTo } from './api.js';
import { createAttempts } from './attempts.js';
import { createAuthorizedFetch } from './authorizedFetch.js';
import { ApiError, retryDelay } from './errors.js';
import { defaultLock } from './locks.js';
import { createLogin } from './login.js';
import { createPendingLogouts } from './pendingLogouts.js';
import { SECOND_STEP_OVER, createSecondStep } from './secondStep.js';
import { createSession } from './session.js';
import { createStore, memoryArea } from './store.js';
import { freshTokensIn, randomKey, timeLeft } from './tokens.js';

/**
 * @typedef {object} State
 * @property {string} baseUrl
 * @property {string | null} username of the user who is logged in
 * @property {number} secondsLeft until the access token expires
 * @property {number} lifetime of the access token, in seconds
 * @property {string | null} ended the error code that ended the last login, or `second_step_over`
 * @property {SecondStepState | null} secondStep a login that waits for its second step
 */

/** @typedef {{username: string, factors: string[], secondsLeft: number}} SecondStepState */

/**
 * @typedef {object} ClientOptions
 * @property {string | URL} baseUrl the API's address
 * @property {boolean} [allowInsecure] send credentials over plain http to another computer
 * @property {typeof globalThis.fetch} [fetch]
 * @property {import('./store.js').Areas} [storage] in memory by default
 * @property {import('./locks.js').Lock} [lock] Web Locks by default, where there are some
 * @property {() => number} [now] milliseconds
 * @property {() => string} [random] at least 16 characters, unguessable
 * @property {(milliseconds: number) => Promise<void>} [sleep]
 * @property {number} [timeoutMs] how long to wait for an answer
 * @property {() => unknown} [onChange] called after a login, a refresh, a logout
 */

/** @typedef {ReturnType<typeof createAuthClient>} AuthClient */

/** @param {number} milliseconds @returns {Promise<void>} */
const sleepFor = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Creates a client for the API at an address.
 * @param {ClientOptions} options
 * @throws {TypeError} when `baseUrl` is not an http or https address
 */
export function createAuthClient({
  baseUrl: address,
  allowInsecure = false,
  fetch = (input, init) => globalThis.fetch(input, init),
  storage = { session: memoryArea(), local: memoryArea() },
  lock = defaultLock(),
  now = () => Date.now(),
  random = randomKey,
  sleep = sleepFor,
  timeoutMs = 20_000,
  onChange: listener = () => undefined,
}) {
  const baseUrl = normalizeBaseUrl(address);
  const store = createStore(storage);
  const pendingLogouts = createPendingLogouts({ store, lock, fetch });
  const onChange = () => notifyListener(listener);
  const session = createSession({ baseUrl, post, store, pendingLogouts, lock, now, random, onChange });
  const attempt = createAttempts({ baseUrl, random });
  const second = createSecondStep({ baseUrl, store, now });
  const login = createLogin({ post, store, attempt, second, session, random, onChange });
  const authorizedFetch = createAuthorizedFetch({ baseUrl, fetch, token: session.token, timeoutMs, sleep });

  /**
   * Sends credentials or a token; repeats that once when the server is busy or not available.
   * @param {string} path
   * @param {unknown} body
   * @param {string} key the Idempotency-Key
   */
  async function post(path, body, key) {
    assertSecure();
    const connection = { baseUrl, fetch, timeoutMs };
    const request = () => sendTo(connection, path, { body, headers: { 'Idempotency-Key': key } });
    try {
      return await request();
    } catch (error) {
      const delay = retryDelay(error);
      if (delay === undefined) throw error;
      await sleep(delay);
      return request();
    }
  }

  function assertSecure() {
    if (!allowInsecure && isInsecure(baseUrl)) throw new ApiError({ kind: 'insecure', baseUrl });
  }

  /**
   * Creates an account. Can be repeated after a lost answer.
   * @param {string} username
   * @param {string} password
   * @returns {Promise<void>}
   * @throws {ApiError}
   */
  async function register(username, password) {
    await attempt(store.registration, username, (key) => post('/register', { username, password }, key));
  }

  /** Who is logged in; the server is not asked. @returns {Promise<State>} @throws {ApiError} of kind `storage` */
  async function state() {
    const { grant, access } = await session.read();
    const waiting = grant ? undefined : await second.find();
    const { username = '', factors = [], secondsLeft = 0 } = waiting ?? {};
    const isOver = waiting !== undefined && secondsLeft === 0;
    return {
      baseUrl,
      username: grant?.username ?? null,
      secondsLeft: access ? Math.ceil(timeLeft(access, now()) / 1000) : 0,
      lifetime: access ? access.lifetime / 1000 : 0,
      ended: isOver ? SECOND_STEP_OVER : ((await store.ended.get()) ?? null),
      secondStep: secondsLeft > 0 ? { username, factors, secondsLeft } : null,
    };
  }

  /**
   * Forgets the login, then ends the session at the server.
   * @param {{notify?: boolean}} [options] `notify`: false leaves the server to `deliverPendingLogouts()`
   * @returns {Promise<{serverNotified: boolean}>} false when the server could not be reached; it is
   *   notified by the next `deliverPendingLogouts()`
   * @throws {ApiError} of kind `storage` when the tokens could not be removed
   */
  async function logout({ notify = true } = {}) {
    const { ended, error } = await session.close();
    const serverNotified = ended && notify ? await pendingLogouts.deliver(ended) : !ended;
    if (error) throw error;
    return { serverNotified };
  }

  /**
   * Ends every session of the user at the server, then forgets the login.
   * @returns {Promise<void>}
   * @throws {ApiError} when the server did not end them; then the login stays
   */
  async function logoutEverywhere() {
    const { grant: before, access } = await session.read();
    if (before?.key) await session.token(access?.token ?? ''); // a refresh without an answer comes first
    await lock('authapi.refresh', async () => {
      const { grant } = await session.read();
      if (!grant) throw new ApiError({ kind: 'signed_out', baseUrl });
      await post('/logout', { refresh_token: grant.token, everywhere: true }, random());
    });
    await logout({ notify: false });
  }

  /**
   * Confirms the login with the password, for requests that the API refuses with
   * `insufficient_user_authentication`. That holds until the access token is renewed, or as long as the API allows.
   * @param {string} password
   * @param {{code?: string | undefined}} [options] `code`: the second factor, if the account has one
   * @returns {Promise<void>}
   * @throws {ApiError} such as `invalid_credentials`, or `second_factor_required` where the code is missing
   */
  async function reauthenticate(password, { code } = {}) {
    await send('POST', '/reauthenticate', { password, code });
  }

  /**
   * Sends a request as the user who is logged in, and returns the answer. If the answer has new tokens, as
   * after a change of the password or of the second factors, they replace the stored ones.
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body] sent as JSON
   * @returns {Promise<import('./api.js').Answer>}
   * @throws {ApiError}
   */
  async function send(method, path, body) {
    assertSecure();
    await session.token(); // a refresh that is due comes first
    const { grant } = await session.read();
    if (!grant) throw new ApiError({ kind: 'signed_out', baseUrl });
    const content = { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    const response = await authorizedFetch(path, { method, ...(body !== undefined && content) });
    const answer = await readAnswer(response, baseUrl);
    const tokens = freshTokensIn(answer);
    if (tokens) await session.renew(grant, tokens);
    return answer;
  }

  return {
    register,
    ...login,
    reauthenticate,
    send,
    /** @type {ReturnType<typeof createAuthorizedFetch>} */
    fetch: async (input, init) => {
      assertSecure();
      return authorizedFetch(input, init);
    },
    logout,
    logoutEverywhere,
    state,
    /** Sends logouts that a server has not confirmed yet; true when all are confirmed. */
    deliverPendingLogouts: pendingLogouts.deliverAll,
  };
}

/** Calls the listener; an error of it is reported as any uncaught error is. @param {() => unknown} listener */
function notifyListener(listener) {
  new Promise((resolve) => resolve(listener())).catch((error) => globalThis.reportError?.(error));
}
