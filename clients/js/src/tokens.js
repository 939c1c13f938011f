/**
 * Reads tokens from answers, and their lifetime and user, without asking the server.
 */
import { ApiError } from './errors.js';

/** @typedef {import('./store.js').Access} Access */
/** @typedef {{access: string, refresh: string, lifetime: number}} Tokens `lifetime` in milliseconds */

/** In seconds, for a server that sends no `expires_in`. If it is too long, a 401 has the token renewed. */
const DEFAULT_LIFETIME = 60;

/** A token is renewed so many milliseconds before it expires, or a tenth of its lifetime if that is less. */
const LONGEST_MARGIN = 10_000;

/** By how many milliseconds a clock may be set back before the age of a token counts as unknown. */
const CLOCK_STEP = 60_000;

/**
 * Returns the tokens in an answer to `/authenticate` or `/refresh`.
 * @param {import('./api.js').Answer} answer
 * @param {string} baseUrl
 * @returns {Tokens}
 * @throws {ApiError} of kind `foreign` when there are none
 */
export function tokensIn(answer, baseUrl) {
  const { access_token: access, refresh_token: refresh, expires_in: seconds } = answer;
  if (typeof access !== 'string' || typeof refresh !== 'string') {
    throw new ApiError({ kind: 'foreign', baseUrl });
  }
  return { access, refresh, lifetime: lifetimeOf(seconds) };
}

/**
 * Returns the tokens in any other answer, if it has some; the one to `/reauthenticate` has an access token only.
 * @param {import('./api.js').Answer} answer
 * @returns {Omit<Tokens, 'refresh'> & {refresh: string | undefined} | undefined}
 */
export function freshTokensIn({ access_token: access, refresh_token: refresh, expires_in: seconds }) {
  if (typeof access !== 'string') return undefined;
  return { access, refresh: typeof refresh === 'string' ? refresh : undefined, lifetime: lifetimeOf(seconds) };
}

/** @param {unknown} seconds @returns {number} milliseconds */
export const lifetimeOf = (seconds) => 1000 * (typeof seconds === 'number' ? seconds : DEFAULT_LIFETIME);

/**
 * Returns the milliseconds until a token expires. They count from its receipt by the local clock, so that
 * a wrong clock does no harm. If the clock was set back since then, the token counts as expired.
 * @param {Pick<Access, 'receivedAt' | 'lifetime'>} access
 * @param {number} now
 */
export function timeLeft({ receivedAt, lifetime }, now) {
  const age = now - receivedAt;
  return age < -CLOCK_STEP ? 0 : Math.max(0, Math.min(lifetime, lifetime - age));
}

/**
 * Whether the token will still be valid when it arrives at the server.
 * @param {Access} access
 * @param {number} now
 */
export function isFresh(access, now) {
  return timeLeft(access, now) > Math.min(LONGEST_MARGIN, access.lifetime / 10);
}

/**
 * Returns the user's name as the server writes it; `undefined` when the token is not a JWT.
 * @param {string} token
 * @returns {string | undefined}
 */
export function subjectOf(token) {
  try {
    const payload = token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/');
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
    const { sub } = JSON.parse(new TextDecoder().decode(bytes));
    return typeof sub === 'string' ? sub : undefined;
  } catch {
    return undefined;
  }
}

/** Returns 128 random bits in hexadecimal. Unlike `crypto.randomUUID` this works on plain http too. */
export function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
