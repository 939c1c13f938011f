import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databaseArea } from '../../../extension/src/databaseArea.js';

/** A request that ends as it is told, a moment later. @param {{result?: unknown, error?: Error}} end */
function request(end) {
  const made = /** @type {any} */ ({ ...end });
  queueMicrotask(() => (end.error ? made.onerror() : made.onsuccess()));
  return made;
}

/** A database whose every key has the same value, until the browser closes it. @param {string} value */
function database(value) {
  const made = /** @type {any} */ ({ isOpen: true });
  made.transaction = () => {
    if (!made.isOpen) throw new Error('InvalidStateError');
    return { objectStore: () => ({ get: () => request({ result: value }) }) };
  };
  made.close = () => {
    made.isOpen = false;
    made.onclose();
  };
  return made;
}

/** Lets the browser's database open one way after the other. @param {{result?: unknown, error?: Error}[]} ends */
function opens(...ends) {
  Object.assign(globalThis, { indexedDB: { open: () => request(ends.shift() ?? {}) } });
}

test('a database that could not be opened once is tried again', async () => {
  opens({ error: new Error('busy') }, { result: database('first') });
  const area = databaseArea('local');
  await assert.rejects(area.get('key'), /busy/);
  assert.equal(await area.get('key'), 'first');
});

test('a database that the browser has closed is opened again', async () => {
  const first = database('first');
  opens({ result: first }, { result: database('second') });
  const area = databaseArea('local');
  assert.equal(await area.get('key'), 'first');
  first.close();
  assert.equal(await area.get('key'), 'second');
});
