/**
 * The address of an API, as people type it. Pure.
 */
import { isInsecure, isLoopback, normalizeBaseUrl } from '../client/address.js';

export const DEFAULT_ADDRESS = 'http://127.0.0.1:8000';

/** Scheme, host, port and path. Anything else in it, such as a quote or a wildcard, is a slip. */
const SHAPE = /^(?:(https?):\/\/)?(\[[\d.:a-f]+\]|[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*)(:\d{1,5})?([/?#][^\s"'`<>\\\p{Pi}\p{Pf}]*)?$/iu;

/**
 * @typedef {object} Address
 * @property {string} baseUrl without a slash at its end
 * @property {string} pattern the match pattern of its host (ports have no place in one)
 * @property {boolean} insecure whether others on the network could read passwords
 */

/**
 * Reads an address. Without a scheme it means https, unless it is on this computer.
 * @param {string} text
 * @returns {Address | undefined} `undefined` when it is no address of an API
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
