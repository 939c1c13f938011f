/**
 * Sends a request to the API, and turns its answer into data or an `ApiError`.
 */
import { ApiError } from './errors.js';

/** @typedef {import('./errors.js').Problem} Problem */
/** @typedef {Record<string, unknown>} Answer */

/** The answers of a proxy that cannot reach the service (RFC 9110 sections 15.6.3 to 15.6.5). */
const GATEWAY_STATUSES = [502, 503, 504];

/**
 * No cookies, no caches, no referrer; a redirect is an error, since it would send the password elsewhere.
 * @satisfies {RequestInit}
 */
export const FETCH_DEFAULTS = /** @type {const} */ ({
  credentials: 'omit',
  cache: 'no-store',
  redirect: 'manual',
  referrerPolicy: 'no-referrer',
});

/**
 * Sends JSON to the API and returns its answer.
 * @param {{baseUrl: string, fetch: typeof globalThis.fetch, timeoutMs: number}} connection
 * @param {string} path
 * @param {{body?: unknown, headers?: Record<string, string>}} [content] a POST with a body, a GET without one
 * @returns {Promise<Answer>}
 * @throws {ApiError}
 */
export async function send({ baseUrl, fetch, timeoutMs }, path, { body, headers = {} } = {}) {
  const response = await reach(baseUrl, () =>
    fetch(baseUrl + path, {
      ...FETCH_DEFAULTS,
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    }),
  );
  return readAnswer(response, baseUrl);
}

/**
 * Returns the body of a successful answer of the API.
 * @param {Response} response
 * @param {string} baseUrl
 * @returns {Promise<Answer>}
 * @throws {ApiError} when the API refused, or something else answered
 */
export async function readAnswer(response, baseUrl) {
  const { status } = response;
  const isRedirect = response.type === 'opaqueredirect' || (status >= 300 && status < 400); // in Node
  if (isRedirect) throw new ApiError({ kind: 'redirected', baseUrl });
  const isHtml = /html/i.test(response.headers.get('content-type') ?? '');
  const body = isHtml ? undefined : parse(await reach(baseUrl, () => response.text()));
  if (response.ok && body?.status === 'ok') return body;
  if (!response.ok && body?.status === 'error') {
    throw new ApiError({ ...refusal(body), baseUrl, status, ...retryAfter(response) }, { answer: body });
  }
  if (GATEWAY_STATUSES.includes(status)) {
    throw new ApiError({ kind: 'unavailable', baseUrl, status, ...retryAfter(response) });
  }
  throw new ApiError({ kind: isHtml ? 'html' : 'foreign', baseUrl, status });
}

/**
 * Runs a request.
 * @template T
 * @param {string} baseUrl
 * @param {() => Promise<T>} request
 * @param {AbortSignal} [signal] the caller's own
 * @returns {Promise<T>}
 * @throws {ApiError} of kind `offline` when no answer came
 * @throws the reason of the signal when the caller aborted
 */
export async function reach(baseUrl, request, signal) {
  try {
    return await request();
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ApiError({ kind: 'offline', baseUrl }, { cause });
  }
}

/** @param {string} text @returns {Answer | undefined} */
function parse(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @param {Answer} body @returns {{kind: 'refused'} & Pick<Problem, 'code' | 'message' | 'errors' | 'factors'>} */
function refusal({ code, message, errors, factors }) {
  return {
    kind: 'refused',
    ...(typeof code === 'string' && { code }),
    ...(typeof message === 'string' && { message }),
    ...(errors !== null && typeof errors === 'object' && { errors: fieldErrors(errors) }),
    ...(Array.isArray(factors) && { factors: factors.map(String) }),
  };
}

/** @param {object} errors @returns {Record<string, string[]>} */
function fieldErrors(errors) {
  return Object.fromEntries(
    Object.entries(errors).map(([field, texts]) => [field, [texts].flat().map(String)]),
  );
}

/**
 * Reads `Retry-After`: a number of seconds or a date (RFC 9110 section 10.2.3).
 * @param {Response} response
 * @returns {{retryAfter?: number}} seconds, at least 1
 */
function retryAfter(response) {
  const header = response.headers.get('retry-after');
  if (header === null) return {};
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? { retryAfter: Math.max(1, Math.ceil(seconds)) } : {};
}
