/**
 * A storage area on IndexedDB.
 */

const STORE = 'values';

/** @param {IDBRequest} request @returns {Promise<any>} */
const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/**
 * @param {string} name of the database
 * @returns {import('../client/store.js').Area & {clear: () => Promise<void>}}
 */
export function databaseArea(name) {
  /** @type {Promise<IDBDatabase> | undefined} */
  let opened;

  /** Lets the next call open the database again. */
  function forget() {
    opened = undefined;
  }

  /** @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} work */
  async function run(mode, work) {
    opened ??= open(name, forget).catch((error) => {
      forget();
      throw error;
    });
    return done(work((await opened).transaction(STORE, mode).objectStore(STORE)));
  }

  return {
    get: (key) => run('readonly', (store) => store.get(key)),
    set: (key, value) => run('readwrite', (store) => store.put(value, key)),
    remove: (key) => run('readwrite', (store) => store.delete(key)),
    clear: () => run('readwrite', (store) => store.clear()),
  };
}

/** @param {string} name @param {() => void} onClose called when the browser closes it, as when its data are deleted @returns {Promise<IDBDatabase>} */
async function open(name, onClose) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => void request.result.createObjectStore(STORE);
  const database = await done(request);
  database.onclose = onClose;
  return database;
}
