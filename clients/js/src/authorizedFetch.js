/**
 * `fetch` with an access token, which is renewed when necessary.
 */
import { FETCH_DEFAULTS, reach, readAnswer } from './api.js';
import { ApiError, retryDelay } from './errors.js';

/** The codes of a 401 after which a request is repeated with a new access token. */
const TOKEN_CODES = ['token_expired', 'invalid_token'];
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * @param {object} parts
 * @param {string} parts.baseUrl
 * @param {typeof globalThis.fetch} parts.fetch
 * @param {(stale?: string) => Promise<string>} parts.token an access token other than `stale`
 * @param {number} parts.timeoutMs
 * @param {(milliseconds: number) => Promise<void>} parts.sleep
 */
export function createAuthorizedFetch({ baseUrl, fetch, token, timeoutMs, sleep }) {
  /**
   * Like `fetch`, for addresses of this API only. If the API refuses the token, it is renewed and the
   * request repeated once. A request that a busy server has not processed is repeated once as well. A
   * `Request` is cloned for that; a stream as `init.body` can be sent only once.
   * @param {string | URL | Request} input a path such as `/protected`, or a whole address
   * @param {RequestInit} [init]
   * @returns {Promise<Response>}
   * @throws {ApiError}
   * @throws {DOMException} the reason of `init.signal`, when the caller aborted
   */
  return async function authorizedFetch(input, init = {}) {
    const request = input instanceof Request ? input : undefined;
    const url = resolveUrl(request ? request.url : /** @type {string | URL} */ (input), baseUrl);
    const signal = init.signal ?? request?.signal;
    const method = init.method ?? request?.method ?? 'GET';

    /** @param {string} bearer */
    const call = (bearer) => {
      const headers = new Headers(init.headers ?? request?.headers);
      headers.set('Authorization', `Bearer ${bearer}`);
      const all = { ...FETCH_DEFAULTS, ...init, headers, signal: withTimeout(signal, timeoutMs) };
      return reach(baseUrl, () => fetch(request ? request.clone() : url, all), signal ?? undefined);
    };

    const bearer = await abortable(token(), signal);
    const response = await call(bearer);
    if (await isTokenRefused(response)) return call(await abortable(token(bearer), signal));
    const delay = await delayBeforeRetry(response, method, baseUrl);
    if (delay === undefined) return response;
    await abortable(sleep(delay), signal);
    return call(await abortable(token(), signal));
  };
}

/**
 * Returns a whole address. A token is sent to its own API only.
 * @param {string | URL} address
 * @param {string} baseUrl
 * @throws {TypeError} when the address is not the API's
 */
function resolveUrl(address, baseUrl) {
  const text = String(address);
  const { href } = new URL(text.startsWith('/') ? baseUrl + text : text);
  if (!href.startsWith(`${baseUrl}/`)) throw new TypeError(`not an address of ${baseUrl}: ${href}`);
  return href;
}

/** Whether a 401 is about the token. A wrong password is a 401 too: repeated, it would count twice. @param {Response} response */
async function isTokenRefused(response) {
  if (response.status !== 401) return false;
  const body = await response.clone().json().catch(() => undefined);
  return typeof body?.code !== 'string' || TOKEN_CODES.includes(body.code);
}

/**
 * How long to wait before a request is repeated. The service's own 503 says that nothing was done; after
 * a proxy's error only a safe method is repeated.
 * @param {Response} response
 * @param {string} method
 * @param {string} baseUrl
 * @returns {Promise<number | undefined>} milliseconds; `undefined` when it is not to be repeated
 */
async function delayBeforeRetry(response, method, baseUrl) {
  if (response.status < 502 || response.status > 504) return undefined;
  const error = await readAnswer(response.clone(), baseUrl).catch((reason) => reason);
  const isSafe = SAFE_METHODS.includes(method.toUpperCase());
  const isOurs = error instanceof ApiError && error.problem.kind === 'refused';
  return isSafe || isOurs ? retryDelay(error) : undefined;
}

/** @param {AbortSignal | null | undefined} signal @param {number} timeoutMs */
function withTimeout(signal, timeoutMs) {
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

/**
 * Stops waiting when the caller aborts. The promise itself goes on, since others may wait for it too.
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal | null | undefined} signal
 * @returns {Promise<T>}
 */
function abortable(promise, signal) {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
