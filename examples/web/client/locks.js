/**
 * Runs `work` while nobody else runs work under the same name.
 * @typedef {<T>(name: string, work: () => Promise<T>) => Promise<T>} Lock
 */

/**
 * Returns Web Locks where the platform has them: they hold for all tabs and workers of an origin.
 * Elsewhere (old runtimes, pages over plain http) returns a lock for this page or process alone.
 * @returns {Lock}
 */
export function defaultLock() {
  const locks = globalThis.navigator?.locks;
  if (!locks) return inProcessLock();
  return (name, work) => /** @type {Promise<any>} */ (locks.request(name, work));
}

/**
 * Returns a lock for one page, worker or process.
 * @returns {Lock}
 */
export function inProcessLock() {
  /** @type {Map<string, Promise<unknown>>} */
  const tails = new Map();
  return (name, work) => {
    const turn = (tails.get(name) ?? Promise.resolve()).then(work);
    tails.set(name, turn.catch(() => undefined));
    return turn;
  };
}
