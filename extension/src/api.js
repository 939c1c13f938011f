/**
 * HTTP with the service: one request, one outcome. Knows nothing about tokens, storage or browsers.
 */

/**
 * Why there is no good answer:
 * `offline` nobody answered, `redirected` sent elsewhere, `html` a web page answered, `foreign` some
 * other service answered, `refused` the API said no, `signed_out` nobody is logged in,
 * `session_ended` the API no longer accepts the session, `not_allowed` the browser keeps us away,
 * `no_address` it is no address at all, `fault` the extension itself went wrong.
 * @typedef {'offline' | 'redirected' | 'html' | 'foreign' | 'refused' | 'signed_out' | 'session_ended'
 *   | 'not_allowed' | 'no_address' | 'fault'} Kind
 */

/**
 * What went wrong, as plain data that can travel between the parts of an extension.
 * @typedef {object} Problem
 * @property {Kind} kind
 * @property {string} baseUrl
 * @property {number} [status]
 * @property {string} [code]
 * @property {string} [message]
 * @property {Record<string, string[]>} [errors]
 * @property {number} [retryAfter] seconds
 */

/** @typedef {Record<string, unknown>} Answer */

export class ApiError extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.message ?? problem.kind);
    this.name = 'ApiError';
    this.problem = problem;
  }
}

/**
 * Whether asking again would change nothing: the API has decided.
 * @param {unknown} error
 */
export function isFinal(error) {
  if (!(error instanceof ApiError)) return false;
  const { kind, status = 0 } = error.problem;
  return kind === 'refused' && status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/**
 * Reads an answer of the service, or throws an `ApiError` that says what came instead.
 * @param {Response} response
 * @param {string} baseUrl
 * @returns {Promise<Answer>}
 */
export async function readAnswer(response, baseUrl) {
  const { status } = response;
  if (response.type === 'opaqueredirect') throw new ApiError({ kind: 'redirected', baseUrl });
  if (/html/i.test(response.headers.get('content-type') ?? '')) {
    throw new ApiError({ kind: 'html', baseUrl, status });
  }
  const body = parse(await textOf(response, baseUrl));
  if (response.ok && body?.status === 'ok') return body;
  if (response.ok || body?.status !== 'error') {
    throw new ApiError({ kind: 'foreign', baseUrl, status });
  }
  throw new ApiError({ ...refusal(body), baseUrl, status, ...wait(response) });
}

/**
 * Sends JSON to the service and reads its answer.
 * @param {{baseUrl: string, fetch: typeof globalThis.fetch, timeoutMs: number}} link
 * @param {string} path
 * @param {{body?: unknown, headers?: Record<string, string>}} [content] without a body it is a GET
 * @returns {Promise<Answer>}
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
 * No cookies, no caches, no traces, and no following to an address nobody chose.
 * @satisfies {RequestInit}
 */
export const FETCH_DEFAULTS = /** @type {const} */ ({
  credentials: 'omit',
  cache: 'no-store',
  redirect: 'manual',
  referrerPolicy: 'no-referrer',
});

/**
 * Runs a request; that nobody answered becomes an `ApiError`.
 * @template T
 * @param {string} baseUrl
 * @param {() => Promise<T>} request
 * @returns {Promise<T>}
 */
export async function reach(baseUrl, request) {
  try {
    return await request();
  } catch {
    throw new ApiError({ kind: 'offline', baseUrl });
  }
}

/** @param {Response} response @param {string} baseUrl */
function textOf(response, baseUrl) {
  return reach(baseUrl, () => response.text());
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

/** @param {Answer} body @returns {{kind: 'refused'} & Pick<Problem, 'code' | 'message' | 'errors'>} */
function refusal({ code, message, errors }) {
  return {
    kind: 'refused',
    ...(typeof code === 'string' && { code }),
    ...(typeof message === 'string' && { message }),
    ...(errors !== null && typeof errors === 'object' && { errors: fieldErrors(errors) }),
  };
}

/** @param {object} errors @returns {Record<string, string[]>} */
function fieldErrors(errors) {
  return Object.fromEntries(
    Object.entries(errors).map(([field, texts]) => [field, [texts].flat().map(String)]),
  );
}

/** `Retry-After` is a number of seconds or a date. @param {Response} response */
function wait(response) {
  const header = response.headers.get('retry-after');
  if (header === null) return {};
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? { retryAfter: Math.max(1, Math.ceil(seconds)) } : {};
}
