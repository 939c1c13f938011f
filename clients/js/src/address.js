/**
 * The address of an API.
 */

/**
 * Returns the address of an API in normal form: lower-case host, no query, no slash at its end.
 * @param {string | URL} address
 * @returns {string}
 * @throws {TypeError} when it is not an http or https address, or contains a password
 */
export function normalizeBaseUrl(address) {
  const url = new URL(address);
  if (!/^https?:$/.test(url.protocol)) throw new TypeError(`not an http or https address: ${url.protocol}`);
  if (url.username || url.password) throw new TypeError('an address must not contain a password');
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/** Whether others on the network could read what is sent to an address. @param {string} baseUrl */
export function isInsecure(baseUrl) {
  const { protocol, hostname } = new URL(baseUrl);
  return protocol === 'http:' && !isLoopback(hostname);
}

/** Whether what is sent to a host stays on this computer (RFC 6761 section 6.3). @param {string} hostname */
export function isLoopback(hostname) {
  return /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
