/**
 * What can be told from tokens without asking the server. Pure.
 */
import { ApiError } from './errors.js';

/** @typedef {import('./store.js').Access} Access */
/** @typedef {{access: string, refresh: string, lifetime: number}} Tokens `lifetime` in milliseconds */

/** For a server that does not say how long, in seconds. A 401 brings a new token anyway. */
const DEFAULT_LIFETIME = 60;

const LONGEST_MARGIN = 10_000;
const CLOCK_STEP = 60_000;

/**
 * The tokens in an answer to `/authenticate` or `/refresh`.
 * @param {import('./api.js').Answer} answer
 * @param {string} baseUrl
 * @returns {Tokens}
 */
export function tokensIn(answer, baseUrl) {
  const { access_token: access, refresh_token: refresh, expires_in: seconds } = answer;
  if (typeof access !== 'string' || typeof refresh !== 'string') {
    throw new ApiError({ kind: 'foreign', baseUrl });
  }
  return { access, refresh, lifetime: lifetimeOf(seconds) };
}

/**
 * The fresh tokens that come with an answer, if any: to `/reauthenticate` an access token alone.
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
 * Milliseconds the token will live. Counted from its receipt by the clock it was received by, so a
 * clock that is wrong does no harm; a clock set back since then makes the token count as expired.
 * @param {Pick<Access, 'receivedAt' | 'lifetime'>} access
 * @param {number} now
 */
export function timeLeft({ receivedAt, lifetime }, now) {
  const age = now - receivedAt;
  return age < -CLOCK_STEP ? 0 : Math.max(0, Math.min(lifetime, lifetime - age));
}

/**
 * Whether the token will still be good when it arrives at the server.
 * @param {Access} access
 * @param {number} now
 */
export function isFresh(access, now) {
  return timeLeft(access, now) > Math.min(LONGEST_MARGIN, access.lifetime / 10);
}

/**
 * The user's name as the server writes it; `undefined` when the token is no JWT.
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

/** 128 random bits in hexadecimal. Unlike `crypto.randomUUID` it is there on plain http too. */
export function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
