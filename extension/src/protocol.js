/**
 * The messages of pages to the worker, and its replies.
 */

/**
 * `credential`: the browser's credential of a passkey, as JSON;
 * `allowInsecure`: the user agrees to send passwords to this address unencrypted.
 * @typedef {{type: 'state'}
 *   | {type: 'offers'}
 *   | {type: 'register', username: string, password: string}
 *   | {type: 'login', username: string, password: string, keep: boolean}
 *   | {type: 'secondStep', code: string}
 *   | {type: 'cancelSecondStep'}
 *   | {type: 'passkeyOptions'}
 *   | {type: 'passkey', ceremony: string, credential: string}
 *   | {type: 'access'}
 *   | {type: 'logout'}
 *   | {type: 'reset'}
 *   | {type: 'account'}
 *   | {type: 'endSession', id: string}
 *   | {type: 'reauthenticate', password: string, code: string}
 *   | {type: 'stepUpOptions'}
 *   | {type: 'stepUp', ceremony: string, credential: string}
 *   | {type: 'logoutEverywhere'}
 *   | {type: 'changePassword', current: string, next: string}
 *   | {type: 'setEmail', email: string}
 *   | {type: 'verifyEmail', code: string}
 *   | {type: 'resendEmail'}
 *   | {type: 'removeEmail'}
 *   | {type: 'beginTotp'}
 *   | {type: 'confirmTotp', code: string}
 *   | {type: 'removeTotp'}
 *   | {type: 'renewRecoveryCodes'}
 *   | {type: 'beginPasskey'}
 *   | {type: 'addPasskey', ceremony: string, credential: string}
 *   | {type: 'renamePasskey', id: string, name: string}
 *   | {type: 'removePasskey', id: string}
 *   | {type: 'requirePasskey', required: boolean}
 *   | {type: 'export'}
 *   | {type: 'deleteAccount', password: string}
 *   | {type: 'check', address: string}
 *   | {type: 'save', address: string, allowInsecure: boolean}} Request
 */

/**
 * `lastUsername`: of the user who logged in last; `insecure`: the connection to the API is unencrypted;
 * `allowInsecure`: the user has agreed to that; `managed`: an administrator has set the address.
 * @typedef {import('../client/client.js').State
 *   & {keep: boolean, lastUsername: string, insecure: boolean, allowInsecure: boolean, managed: boolean}} State
 */

/**
 * In addition to the client's kinds: `not_allowed` the host permission is missing, `no_address` the address
 * is not valid, `moved` the address was changed meanwhile, `managed` the address is set by an administrator,
 * `gone` what was to be changed no longer exists, `interrupted` the worker ended during a change that may be
 * done, `fault` an error in the extension.
 * @typedef {import('../client/errors.js').ProblemOf<import('../client/errors.js').Kind
 *   | 'not_allowed' | 'no_address' | 'moved' | 'managed' | 'gone' | 'interrupted' | 'fault'>} Problem
 */

/** A problem of the extension itself. */
export class RequestError extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.kind);
    this.problem = problem;
  }
}

/**
 * @typedef {{ok: true, message?: string, serverNotified?: boolean, data?: any, state: State}
 *   | {ok: false, problem: Problem, state: State}} Reply
 */

/** @type {Record<Request['type'], Record<string, 'string' | 'boolean'>>} */
const SHAPES = {
  state: {},
  offers: {},
  register: { username: 'string', password: 'string' },
  login: { username: 'string', password: 'string', keep: 'boolean' },
  secondStep: { code: 'string' },
  cancelSecondStep: {},
  passkeyOptions: {},
  passkey: { ceremony: 'string', credential: 'string' },
  access: {},
  logout: {},
  reset: {},
  account: {},
  endSession: { id: 'string' },
  reauthenticate: { password: 'string', code: 'string' },
  stepUpOptions: {},
  stepUp: { ceremony: 'string', credential: 'string' },
  logoutEverywhere: {},
  changePassword: { current: 'string', next: 'string' },
  setEmail: { email: 'string' },
  verifyEmail: { code: 'string' },
  resendEmail: {},
  removeEmail: {},
  beginTotp: {},
  confirmTotp: { code: 'string' },
  removeTotp: {},
  renewRecoveryCodes: {},
  beginPasskey: {},
  addPasskey: { ceremony: 'string', credential: 'string' },
  renamePasskey: { id: 'string', name: 'string' },
  removePasskey: { id: 'string' },
  requirePasskey: { required: 'boolean' },
  export: {},
  deleteAccount: { password: 'string' },
  check: { address: 'string' },
  save: { address: 'string', allowInsecure: 'boolean' },
};

/**
 * What cannot be repeated once it is done: the repeat is refused, or gets no recovery codes.
 * @type {ReadonlySet<Request['type']>}
 */
export const DONE_ONCE = new Set(['changePassword', 'confirmTotp', 'addPasskey', 'requirePasskey', 'deleteAccount']);

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
