/**
 * Reads and writes the login. The only module that knows the keys of the storage. A stored value of an
 * unexpected form counts as missing: with a damaged storage, nobody is logged in.
 */
import { ApiError } from './errors.js';

/**
 * A storage area.
 * @typedef {object} Area
 * @property {(key: string) => Promise<unknown>} get
 * @property {(key: string, value: unknown) => Promise<void>} set
 * @property {(key: string) => Promise<void>} remove
 */

/** `session` is cleared when the browser closes, `local` is kept. @typedef {{session: Area, local: Area}} Areas */

/**
 * A login: `token` is its refresh token; `key` is the Idempotency-Key of a refresh whose answer has not
 * arrived; `keep` says whether it outlives the browser's session.
 * @typedef {{id: string, baseUrl: string, username: string, keep: boolean, token: string, key?: string}} Grant
 */

/** An access token of the login `id`; times in milliseconds. @typedef {{id: string, token: string, receivedAt: number, lifetime: number}} Access */

/** A refresh token whose session the server has yet to end. @typedef {{baseUrl: string, token: string}} PendingLogout */

/** A registration or login whose outcome is not known yet. @typedef {{baseUrl: string, username: string, key: string}} Attempt */

/**
 * A login that waits for its second step: `token` is the `mfa_token`; times in milliseconds.
 * @typedef {{baseUrl: string, username: string, keep: boolean, token: string, factors: string[],
 *   receivedAt: number, lifetime: number}} SecondStep
 */

const MAX_PENDING_LOGOUTS = 20;

/**
 * Returns an area in memory: its values last as long as the page or the process.
 * @returns {Area}
 */
export function memoryArea() {
  /** @type {Map<string, unknown>} */
  const values = new Map();
  return {
    get: async (key) => structuredClone(values.get(key)),
    set: async (key, value) => void values.set(key, structuredClone(value)),
    remove: async (key) => void values.delete(key),
  };
}

/**
 * One named value in an area. All of its functions throw an `ApiError` of kind `storage`.
 * @template T
 * @param {Area} area
 * @param {string} key
 * @param {(value: any) => boolean} isValid whether a stored value has the form of a T
 */
export function item(area, key, isValid) {
  return {
    /** @returns {Promise<T | undefined>} */
    get: () =>
      guarded(async () => {
        const value = await area.get(key);
        return value !== undefined && value !== null && isValid(value) ? /** @type {T} */ (value) : undefined;
      }),
    /** @param {T} value */
    set: (value) => guarded(() => area.set(key, value)),
    remove: () => guarded(() => area.remove(key)),
  };
}

/** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
async function guarded(work) {
  try {
    return await work();
  } catch (cause) {
    throw new ApiError({ kind: 'storage', baseUrl: '', message: String(cause) }, { cause });
  }
}

/** @param {string[]} names @returns {(value: any) => boolean} */
const hasStrings = (names) => (value) => names.every((name) => typeof value[name] === 'string');

const isText = (/** @type {unknown} */ value) => typeof value === 'string';
const isGrant = hasStrings(['id', 'baseUrl', 'username', 'token']);
const isPendingLogout = hasStrings(['baseUrl', 'token']);
const isAttempt = hasStrings(['baseUrl', 'username', 'key']);

/** @param {any} value */
const hasTimes = (value) => [value.receivedAt, value.lifetime].every(Number.isFinite);

/** @param {any} value */
const isAccess = (value) => hasStrings(['id', 'token'])(value) && hasTimes(value);

/** @param {any} value */
const isSecondStep = (value) =>
  hasStrings(['baseUrl', 'username', 'token'])(value) && Array.isArray(value.factors) && hasTimes(value);

/** @param {Areas} areas */
export function createStore({ session, local }) {
  return {
    /** @type {ReturnType<typeof item<Access>>} */
    access: item(session, 'access', isAccess),
    grant: grantIn(session, local),
    /** The error code that ended the last login. @type {ReturnType<typeof item<string>>} */
    ended: item(session, 'ended', isText),
    /** @type {ReturnType<typeof item<Attempt>>} */
    registration: item(session, 'registration', isAttempt),
    /** @type {ReturnType<typeof item<Attempt>>} */
    authentication: item(session, 'authentication', isAttempt),
    /** @type {ReturnType<typeof item<SecondStep>>} */
    secondStep: item(session, 'secondStep', isSecondStep),
    pendingLogouts: pendingLogoutsIn(session, local),
  };
}

/** @param {Area} session @param {Area} local */
function grantIn(session, local) {
  /** @type {ReturnType<typeof item<Grant>>} */
  const short = item(session, 'grant', isGrant);
  /** @type {ReturnType<typeof item<Grant>>} */
  const kept = item(local, 'grant', isGrant);
  return {
    get: async () => (await short.get()) ?? (await kept.get()),
    /** @param {Grant} value */
    set: (value) => (value.keep ? kept : short).set(value),
    remove: async () => void (await Promise.all([short.remove(), kept.remove()])),
  };
}

/**
 * The pending logouts. The refresh token of a login that is not kept is never stored in `local`.
 * @param {Area} session
 * @param {Area} local
 */
function pendingLogoutsIn(session, local) {
  /** @param {Area} area @returns {ReturnType<typeof item<PendingLogout[]>>} */
  const listIn = (area) => item(area, 'pendingLogouts', Array.isArray);
  const [short, kept] = [listIn(session), listIn(local)];
  /** @param {typeof short} list */
  const read = async (list) => ((await list.get()) ?? []).filter((entry) => entry && isPendingLogout(entry));
  /** @param {typeof short} list @param {string} token */
  const drop = async (list, token) => {
    const entries = await read(list);
    const rest = entries.filter((entry) => entry.token !== token);
    if (rest.length === 0) await list.remove();
    else if (rest.length < entries.length) await list.set(rest);
  };
  return {
    get: async () => [...(await read(short)), ...(await read(kept))],
    /** @param {PendingLogout} entry @param {boolean} keep whether it may stay on disk */
    add: async (entry, keep) => {
      const list = keep ? kept : short;
      await list.set([...(await read(list)), entry].slice(-MAX_PENDING_LOGOUTS));
    },
    /** @param {PendingLogout} entry */
    drop: async ({ token }) => {
      await drop(short, token);
      await drop(kept, token);
    },
  };
}
