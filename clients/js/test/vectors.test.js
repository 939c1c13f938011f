/**
 * The client passes the test vectors in `clients/vectors/`, as the client for Python does.
 */
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { isInsecure, normalizeBaseUrl } from '../src/address.js';
import { inProcessLock } from '../src/locks.js';
import { memoryArea } from '../src/store.js';
import { createAuthClient } from '../src/client.js';
import { BASE, only, scripted } from './script.js';

const FOLDER = new URL('../../vectors/', import.meta.url);

/** @param {string} path */
const read = async (path) => JSON.parse(await readFile(new URL(path, FOLDER), 'utf8'));

const answers = await read('answers.json');
const files = (await readdir(new URL('cases/', FOLDER))).sort();
const cases = (await Promise.all(files.map((name) => read(`cases/${name}`)))).flat();

/** How each function of the vectors is called; returns what `gives` compares. @type {Record<string, (client: any, ...words: any[]) => Promise<any>>} */
const CALLS = {
  register: async (client, ...words) => void (await client.register(...words)),
  authenticate: async (client, ...words) => void (await client.authenticate(...words)),
  second_step: async (client, code) => void (await client.secondStep(code)),
  reauthenticate: async (client, ...words) => void (await client.reauthenticate(...words)),
  request: async (client, method, path, body) => {
    const { status } = await client.fetch(path, { method, ...(body && { body: JSON.stringify(body) }) });
    return { status };
  },
  logout: async (client) => ({ notified: (await client.logout()).serverNotified }),
  logout_everywhere: (client) => client.logoutEverywhere(),
};

/** Sets up a service, a clock, and clients that share a storage and a lock; returns a function that runs a step. */
function setUp() {
  const script = scripted(answers);
  const shared = { storage: { session: memoryArea(), local: memoryArea() }, lock: inProcessLock() };
  let now = 1e12;
  /** @type {number[]} */
  const slept = [];
  /** @type {Map<string, any>} */
  const clients = new Map();

  const client = (name = 'one') => {
    const sleep = async (/** @type {number} */ milliseconds) => void slept.push(milliseconds / 1000);
    const make = () => createAuthClient({ baseUrl: BASE, fetch: script.fetch, now: () => now, sleep, ...shared });
    clients.set(name, clients.get(name) ?? make());
    return clients.get(name);
  };

  /** @param {any} step */
  async function call({ call: [name, ...words], by, fails, gives }) {
    const work = CALLS[name](client(by), ...words);
    if (!fails) return assert.deepEqual(await work, gives);
    await assert.rejects(work, ({ problem }) => {
      const { code, ...rest } = problem;
      const seen = { ...rest, code, reason: code };
      assert.deepEqual(Object.fromEntries(Object.keys(fails).map((key) => [key, seen[key]])), fails);
      return true;
    });
  }

  /** Runs a step, and compares its results. @param {any} step */
  return async function run(step) {
    if ('clock' in step) {
      only(step, ['clock']);
      now += step.clock * 1000;
    } else if ('state' in step) {
      only(step, ['state']);
      const { username, ended } = await client().state();
      assert.deepEqual({ username, ended }, step.state);
    } else {
      only(step, ['call', 'by', 'at_once', 'exchanges', 'fails', 'gives', 'slept']);
      script.expect(step.exchanges);
      slept.length = 0;
      await Promise.all((step.at_once ?? [step]).map(call));
      script.finish();
      assert.deepEqual(slept, step.slept ?? []);
    }
  };
}

for (const { name, steps, ...more } of cases) {
  test(name, async () => {
    only(more, []);
    const run = setUp();
    for (const step of steps) await run(step);
  });
}

test('every file of the folder is read, and every case has a name of its own', async () => {
  const read = ['README.md', 'addresses.json', 'answers.json', 'cases'];
  assert.deepEqual((await readdir(FOLDER)).sort(), read);
  assert.ok(files.every((name) => name.endsWith('.json')));
  assert.equal(new Set(cases.map(({ name }) => name)).size, cases.length);
  assert.ok(cases.length > 40);
});

test('addresses are accepted, recognised as insecure, or refused', async () => {
  const { accepted, insecure, refused, ...more } = await read('addresses.json');
  only(more, []);
  for (const [address, usual] of Object.entries(accepted)) {
    assert.equal(normalizeBaseUrl(address), usual);
    assert.ok(!isInsecure(String(usual)));
  }
  for (const address of insecure) assert.ok(isInsecure(normalizeBaseUrl(address)), address);
  for (const address of refused) assert.throws(() => normalizeBaseUrl(address), TypeError, address);
});
