/**
 * `fetch` with an access token that is always fresh.
 */
import { FETCH_DEFAULTS, reach, readAnswer } from './api.js';
import { ApiError, retryDelay } from './errors.js';

/** The codes of a 401 that a new access token can help against. */
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
   * Like `fetch`, for addresses of this API only. A token that the API refuses is renewed once and the
   * request repeated; a request that a busy server has not worked on is repeated once too. A `Request`
   * is cloned for that; a stream as `init.body` can be sent only once.
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
 * A token goes to its own API only.
 * @param {string | URL} address
 * @param {string} baseUrl
 * @throws {TypeError} when it is an address of somebody else
 */
function resolveUrl(address, baseUrl) {
  const text = String(address);
  const { href } = new URL(text.startsWith('/') ? baseUrl + text : text);
  if (!href.startsWith(`${baseUrl}/`)) throw new TypeError(`not an address of ${baseUrl}: ${href}`);
  return href;
}

/** A wrong password is a 401 too, and repeating it would cost a second try. @param {Response} response */
async function isTokenRefused(response) {
  if (response.status !== 401) return false;
  const body = await response.clone().json().catch(() => undefined);
  return typeof body?.code !== 'string' || TOKEN_CODES.includes(body.code);
}

/**
 * The service says itself that nothing was done; after a proxy's error only reading is repeated.
 * @param {Response} response
 * @param {string} method
 * @param {string} baseUrl
 * @returns {Promise<number | undefined>} milliseconds
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
 * Stops waiting when the caller aborts. What was waited for goes on, since others may wait for it too.
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
