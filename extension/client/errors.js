/**
 * The errors of the client. Their `problem` is plain data, which can be posted to other windows and workers.
 */

/**
 * What went wrong:
 * `offline` no answer came, `unavailable` a proxy could not reach the service, `redirected` the address
 * redirects to another one, `html` a web page answered, `foreign` something else than the API answered,
 * `refused` the API refused, `signed_out` nobody is logged in, `session_ended` the API no longer accepts
 * the session, `second_step_over` a login's second step came too late, `insecure` credentials would have
 * been sent over plain http, `storage` the storage failed.
 * @typedef {'offline' | 'unavailable' | 'redirected' | 'html' | 'foreign' | 'refused' | 'signed_out'
 *   | 'session_ended' | 'second_step_over' | 'insecure' | 'storage'} Kind
 */

/**
 * @template {string} [K=Kind]
 * @typedef {object} ProblemOf
 * @property {K} kind
 * @property {string} baseUrl the address of the API
 * @property {number} [status] the HTTP status
 * @property {string} [code] the API's error code
 * @property {string} [message] the API's message, which may be shown to users
 * @property {Record<string, string[]>} [errors] messages by field name
 * @property {number} [retryAfter] seconds
 * @property {string[]} [factors] the accepted second factors, with `second_factor_required`
 */

/** @typedef {ProblemOf} Problem */

export class ApiError extends Error {
  /**
   * The API's whole answer, if it gave one. It can hold a token, so it is not part of `problem`.
   * @type {Readonly<Record<string, unknown>>}
   */
  #answer;

  /** @param {Problem} problem @param {ErrorOptions & {answer?: Record<string, unknown>}} [options] */
  constructor(problem, { answer = {}, ...options } = {}) {
    super(problem.message ?? problem.kind, options);
    this.name = 'ApiError';
    this.problem = problem;
    this.#answer = answer;
  }

  /** Returns a member of the API's answer. @param {string} name @returns {unknown} */
  detail(name) {
    return this.#answer[name];
  }
}

/** The longest `Retry-After` after which a request is repeated automatically, in seconds. */
const MAX_RETRY_AFTER = 5;

const DEFAULT_RETRY_AFTER = 1;

/**
 * Whether the API has refused for good, so that sending the same request again would change nothing.
 * @param {unknown} error
 */
export function isFinal(error) {
  if (!(error instanceof ApiError)) return false;
  const { kind, status = 0 } = error.problem;
  const isRefusal = kind === 'refused' || kind === 'second_step_over';
  return isRefusal && status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/**
 * The milliseconds to wait before a request is repeated.
 * @param {unknown} error
 * @returns {number | undefined} `undefined` when it is not to be repeated
 */
export function retryDelay(error) {
  if (!(error instanceof ApiError)) return undefined;
  const { kind, status, retryAfter = DEFAULT_RETRY_AFTER } = error.problem;
  const isAway = kind === 'unavailable' || (kind === 'refused' && status === 503);
  return isAway && retryAfter <= MAX_RETRY_AFTER ? retryAfter * 1000 : undefined;
}
