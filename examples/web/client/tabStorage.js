/**
 * Storage for a page whose tabs share a login. The access token is in memory, and so is a login that waits
 * for its second step. The refresh token is in `sessionStorage`: it survives a reload, not the tab. It is
 * never in `localStorage` or IndexedDB, which outlive the browser, nor in a cookie, which browsers send
 * with forged requests too (CSRF). The tabs tell each other of changes over a `BroadcastChannel`, which
 * writes nothing to disk.
 *
 * A script that an attacker injects into the page can read all of that, wherever a page keeps it. Prevent
 * that by a Content-Security-Policy without foreign and inline scripts.
 */
import { inProcessLock } from './locks.js';
import { memoryArea } from './store.js';
import { randomKey } from './tokens.js';

/** A value of a key; without one, the key was removed. The entry with the higher version is newer. @typedef {{value?: unknown, version: number}} Entry */
/** @typedef {Record<string, Entry>} Entries */

/**
 * @typedef {{type: 'changed', entries: Entries}
 *   | {type: 'ask', nonce: string}
 *   | {type: 'answer', nonce: string, entries: Entries}} Message
 */

/**
 * @typedef {object} TabStorage
 * @property {import('./store.js').Areas} storage
 * @property {import('./locks.js').Lock} lock
 * @property {Promise<void>} ready resolved when the other tabs have sent their entries
 */

const NAME = 'authapi';
const TAB_LOCK = 'authapi.tab.';
const MEMORY_ONLY = ['session.access', 'session.secondStep'];

/** How long to wait for the answer of a tab that hangs. */
const ANSWER_MS = 2000;

/**
 * Creates the storage. Without Web Locks (plain http, old browsers) tabs cannot take turns to refresh: then
 * each tab has its own login, in memory.
 * @param {{onChange?: () => unknown}} [options] `onChange`: called when another tab has changed something
 * @returns {TabStorage}
 */
export function createTabStorage({ onChange = () => undefined } = {}) {
  const locks = globalThis.navigator?.locks;
  if (!locks || typeof BroadcastChannel === 'undefined') {
    const storage = { session: memoryArea(), local: memoryArea() };
    return { storage, lock: inProcessLock(), ready: Promise.resolve() };
  }

  const entries = load();
  const channel = new BroadcastChannel(NAME);
  /** Called for each answer to a question, by its nonce. @type {Map<string, () => void>} */
  const questions = new Map();
  const present = holdTabLock(locks);

  /** @param {string} key @param {unknown} [value] */
  function change(key, value) {
    const newest = Math.max(0, ...Object.values(entries).map(({ version }) => version));
    entries[key] = { ...(value !== undefined && { value }), version: Math.max(Date.now(), newest + 1) };
    save(entries);
    channel.postMessage({ type: 'changed', entries: { [key]: entries[key] } });
  }

  /** Takes over the entries that are newer than this tab's own. @param {Entries} others */
  function merge(others) {
    const newer = Object.entries(others).filter(([key, { version }]) => version > (entries[key]?.version ?? 0));
    if (newer.length === 0) return;
    Object.assign(entries, Object.fromEntries(newer));
    save(entries);
    onChange();
  }

  channel.onmessage = (/** @type {MessageEvent<Message>} */ { data }) => {
    if (data.type === 'ask') channel.postMessage({ type: 'answer', nonce: data.nonce, entries });
    else merge(data.entries);
    if (data.type === 'answer') questions.get(data.nonce)?.();
  };

  /** Asks the other tabs for their entries, and waits until each has answered. */
  async function ask() {
    await present;
    const { held = [] } = await locks.query();
    let missing = held.filter(({ name }) => name?.startsWith(TAB_LOCK)).length - 1;
    if (missing < 1) return;
    const nonce = randomKey();
    await new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
      setTimeout(resolve, ANSWER_MS);
      questions.set(nonce, () => void (--missing || resolve()));
      channel.postMessage({ type: 'ask', nonce });
    });
    questions.delete(nonce);
  }

  /** @param {string} area @returns {import('./store.js').Area} */
  const areaOf = (area) => ({
    get: async (key) => {
      if (key === 'pendingLogouts') await ask(); // several tabs add to this list
      return structuredClone(entries[`${area}.${key}`]?.value);
    },
    set: async (key, value) => change(`${area}.${key}`, structuredClone(value)),
    remove: async (key) => {
      if (entries[`${area}.${key}`]?.value !== undefined) change(`${area}.${key}`);
    },
  });

  /** Asks the other tabs before a refresh: the lock can be faster than the message about the last refresh. @type {import('./locks.js').Lock} */
  const lock = (name, work) =>
    locks.request(name, async () => {
      if (name === 'authapi.refresh') await ask();
      return work();
    });

  return { storage: { session: areaOf('session'), local: areaOf('local') }, lock, ready: ask() };
}

/** Reads the stored entries; damaged or forbidden storage counts as empty. @returns {Entries} */
function load() {
  try {
    const stored = JSON.parse(sessionStorage.getItem(NAME) ?? '{}');
    return Object.fromEntries(Object.entries(stored).filter(([, entry]) => Number.isFinite(entry?.version)));
  } catch {
    return {};
  }
}

/** Stores the entries. Where the browser forbids that, a reload logs out. @param {Entries} entries */
function save(entries) {
  const lasting = Object.entries(entries).filter(
    ([key, { value }]) => value !== undefined && !MEMORY_ONLY.includes(key),
  );
  try {
    if (lasting.length === 0) sessionStorage.removeItem(NAME);
    else sessionStorage.setItem(NAME, JSON.stringify(Object.fromEntries(lasting)));
  } catch {
    // the entries are still in memory
  }
}

/** Holds a lock while this tab is open, so that others can count the tabs. @param {LockManager} locks @returns {Promise<void>} */
function holdTabLock(locks) {
  return new Promise((held) => {
    void locks.request(TAB_LOCK + randomKey(), () => {
      held();
      return new Promise(() => undefined);
    });
  });
}
