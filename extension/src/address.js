/**
 * The address of an API, as people type it. Pure.
 */

export const DEFAULT_ADDRESS = 'http://127.0.0.1:8000';

/** What is said to them never leaves the computer. */
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * @typedef {object} Address
 * @property {string} baseUrl without a slash at its end
 * @property {string} pattern the match pattern of its host (ports have no place in one)
 * @property {boolean} insecure whether others on the way could read along
 */

/**
 * @param {string} text
 * @returns {Address | undefined} `undefined` when it is no address of an API
 */
export function parseAddress(text) {
  const url = parse(text.trim());
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return undefined;
  return {
    baseUrl: url.origin + url.pathname.replace(/\/+$/, ''),
    pattern: `${url.protocol}//${url.hostname}/*`,
    insecure: url.protocol === 'http:' && !LOOPBACK.includes(url.hostname),
  };
}

/** Who types `localhost:8000` means `http://localhost:8000`. @param {string} text */
function parse(text) {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  try {
    return new URL(whole);
  } catch {
    return undefined;
  }
}
