/** Requests to the API and their answers. Knows nothing of logins. */

const TIMEOUT_MS = 20_000;
const WAITS_MS = [500, 1000, 2000];

/** Why there is no good answer: the API's own `code`, or `offline`, `not_the_api`, `logged_out`. */
export class AuthError extends Error {
  /**
   * @param {string} code
   * @param {string} message for people
   * @param {{status?: number, errors?: Record<string, string[]>, retryAfter?: number}} [more]
   */
  constructor(code, message, { status = 0, errors = {}, retryAfter = 0 } = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }
}

/**
 * POSTs JSON; with a key, again and again as long as the answer is lost.
 * @param {string} url
 * @param {object} body
 * @param {string} [key] the Idempotency-Key
 */
export async function postTo(url, body, key) {
  const headers = { 'Content-Type': 'application/json', ...(key && { 'Idempotency-Key': key }) };
  const request = async () => read(await reach(url, { method: 'POST', headers, body: JSON.stringify(body) }));
  for (const wait of key ? WAITS_MS : []) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof AuthError) || error.code !== 'offline') throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return request();
}

/**
 * The JSON of a good answer; an `AuthError` instead of any other.
 * @param {Response} response
 */
export async function read(response) {
  const { status } = response;
  const body = parse(await response.text().catch(() => {
    throw lost();
  }));
  if (response.ok && body.status === 'ok') return body;
  if (body.status !== 'error') throw new AuthError('not_the_api', 'This is not an answer of the API.', { status });
  const retryAfter = Number(response.headers.get('Retry-After') ?? 0);
  throw new AuthError(body.code, body.message, { status, errors: body.errors, retryAfter });
}

/**
 * `fetch` without cookies, caches and traces.
 * @param {string} url
 * @param {RequestInit} init
 */
export async function reach(url, init) {
  /** @type {RequestInit} */
  const safe = { credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer' };
  return fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), ...init, ...safe }).catch(() => {
    throw lost();
  });
}

const lost = () => new AuthError('offline', 'The server does not answer, or does not allow this page.');

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
