/**
 * What the pages may ask of the worker, and what it answers. Pure.
 */

/**
 * @typedef {{type: 'state'}
 *   | {type: 'register', username: string, password: string}
 *   | {type: 'login', username: string, password: string, keep: boolean}
 *   | {type: 'access'}
 *   | {type: 'logout'}
 *   | {type: 'check', address: string}
 *   | {type: 'save', address: string}} Request
 */

/** @typedef {import('./client.js').State & {keep: boolean}} State */
/** @typedef {import('./api.js').Problem} Problem */

/** @typedef {{ok: true, message?: string, serverNotified?: boolean, state: State} | {ok: false, problem: Problem, state: State}} Reply */

/** @type {Record<Request['type'], Record<string, 'string' | 'boolean'>>} */
const SHAPES = {
  state: {},
  register: { username: 'string', password: 'string' },
  login: { username: 'string', password: 'string', keep: 'boolean' },
  access: {},
  logout: {},
  check: { address: 'string' },
  save: { address: 'string' },
};

/**
 * Whether a message is a request of the right shape.
 * @param {unknown} message
 * @returns {message is Request}
 */
export function isRequest(message) {
  if (message === null || typeof message !== 'object') return false;
  const fields = /** @type {Record<string, unknown>} */ (message);
  if (typeof fields.type !== 'string' || !Object.hasOwn(SHAPES, fields.type)) return false;
  const shape = SHAPES[/** @type {Request['type']} */ (fields.type)];
  return Object.entries(shape).every(([name, type]) => typeof fields[name] === type);
}
