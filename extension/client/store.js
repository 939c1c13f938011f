/**
 * Reads and writes tokens. The only module that knows the names of the storage's keys. A stored value
 * that has not the expected form counts as absent, so a damaged storage is a login that is over.
 */
import { ApiError } from './errors.js';

/**
 * A storage area: three functions are all it takes.
 * @typedef {object} Area
 * @property {(key: string) => Promise<unknown>} get
 * @property {(key: string, value: unknown) => Promise<void>} set
 * @property {(key: string) => Promise<void>} remove
 */

/** `session` is forgotten when the browser closes, `local` stays. @typedef {{session: Area, local: Area}} Areas */

/**
 * A login. `key` is the Idempotency-Key of a refresh of `token` that may be under way.
 * @typedef {{id: string, baseUrl: string, username: string, keep: boolean, token: string, key?: string}} Grant
 */

/** An access token of the login `id`; times in milliseconds. @typedef {{id: string, token: string, receivedAt: number, lifetime: number}} Access */

/** A refresh token whose session the server has yet to end. @typedef {{baseUrl: string, token: string}} PendingLogout */

/** A request whose outcome is not known yet. @typedef {{baseUrl: string, username: string, key: string}} Attempt */

/**
 * A login whose password was right and whose second step is still to come; times in milliseconds.
 * @typedef {{baseUrl: string, username: string, keep: boolean, token: string, factors: string[],
 *   receivedAt: number, lifetime: number}} SecondStep
 */

const MAX_PENDING_LOGOUTS = 20;

/**
 * Values in memory: gone when the page or the process goes.
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
    /** Why the last login ended without being asked to. @type {ReturnType<typeof item<string>>} */
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
 * The refresh token of a login that was not to be kept never reaches `local`.
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
