/**
 * Reads the address of an API as users type it.
 */
import { isInsecure, isLoopback, normalizeBaseUrl } from '../client/address.js';

export const DEFAULT_ADDRESS = 'http://127.0.0.1:8000';

/** Scheme, host, port and path. Anything else, such as a quote or a wildcard, is a typing error. */
const SHAPE = /^(?:(https?):\/\/)?(\[[\d.:a-f]+\]|[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*)(:\d{1,5})?([/?#][^\s"'`<>\\\p{Pi}\p{Pf}]*)?$/iu;

/**
 * @typedef {object} Address
 * @property {string} baseUrl without a slash at its end
 * @property {string} pattern the match pattern of its host (match patterns have no ports)
 * @property {boolean} insecure whether others on the network could read passwords
 */

/**
 * Reads an address. The default scheme is https, on this computer http.
 * @param {string} text
 * @returns {Address | undefined} `undefined` when it is not a valid address
 */
export function parseAddress(text) {
  const [whole, scheme, host] = SHAPE.exec(text.trim()) ?? [];
  if (whole === undefined || /^https?$/i.test(host)) return undefined;
  try {
    const baseUrl = normalizeBaseUrl(scheme ? whole : `${defaultScheme(host)}://${whole}`);
    const { protocol, hostname } = new URL(baseUrl);
    return { baseUrl, pattern: `${protocol}//${hostname}/*`, insecure: isInsecure(baseUrl) };
  } catch {
    return undefined;
  }
}

/** @param {string} host */
const defaultScheme = (host) => (isLoopback(host.toLowerCase()) ? 'http' : 'https');
