/**
 * Runs `work` while nobody else runs work under the same name.
 * @typedef {<T>(name: string, work: () => Promise<T>) => Promise<T>} Lock
 */

/**
 * The lock for one page or worker alone. Where several share a storage, pass a Web Lock instead:
 * `(name, work) => navigator.locks.request(name, work)`.
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
