/**
 * A login whose password was accepted, and which waits for its second factor. The API's `mfa_token` is
 * kept in the `session` area, which is never on disk. A variable would be lost: browsers end an idle
 * worker after half a minute, before people have found their phone.
 */
import { ApiError } from './errors.js';
import { lifetimeOf, timeLeft } from './tokens.js';

/** @typedef {import('./store.js').SecondStep} SecondStep */

/** In `State.ended`: the login ended because its second step came too late. */
export const SECOND_STEP_OVER = 'second_step_over';

/**
 * @param {object} parts
 * @param {string} parts.baseUrl
 * @param {ReturnType<typeof import('./store.js').createStore>} parts.store
 * @param {() => number} parts.now
 */
export function createSecondStep({ baseUrl, store, now }) {
  /**
   * Stores the `mfa_token` and the factors of an error, if it asks for a second factor.
   * @param {unknown} error
   * @param {{username: string, keep: boolean}} login
   * @returns {Promise<boolean>} whether it did
   */
  async function begin(error, { username, keep }) {
    if (!(error instanceof ApiError) || error.problem.code !== 'second_factor_required') return false;
    const token = error.detail('mfa_token');
    if (typeof token !== 'string') return false;
    const { factors = [] } = error.problem;
    const lifetime = lifetimeOf(error.detail('expires_in'));
    await store.ended.remove();
    await store.secondStep.set({ baseUrl, username, keep, token, factors, receivedAt: now(), lifetime });
    return true;
  }

  /** The login that waits, with `secondsLeft`: 0 when its time is over. */
  async function find() {
    const found = await store.secondStep.get();
    if (found?.baseUrl !== baseUrl) return undefined;
    return { ...found, secondsLeft: Math.ceil(timeLeft(found, now()) / 1000) };
  }

  /** @returns {Promise<SecondStep>} @throws {ApiError} of kind `second_step_over` when no login waits */
  async function take() {
    const found = await find();
    if (!found?.secondsLeft) throw over();
    return found;
  }

  /**
   * Returns the error to throw for a refused second step: `second_step_over` once the API no longer accepts
   * the `mfa_token`, any other error as it is.
   * @param {unknown} error
   */
  async function refused(error) {
    if (!(error instanceof ApiError) || error.problem.code !== 'invalid_token') return error;
    await store.secondStep.remove();
    return over(error.problem);
  }

  /** @param {import('./errors.js').Problem} [problem] */
  const over = (problem) => new ApiError({ ...problem, kind: SECOND_STEP_OVER, baseUrl });

  return { begin, find, take, refused, cancel: () => store.secondStep.remove() };
}
