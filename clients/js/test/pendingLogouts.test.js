import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASE, setUp, failure, gate, offline, problem } from './kit.js';

test('a logout clears everything and notifies the server', async () => {
  const { client, service, storage } = setUp();
  await client.authenticate('ann', 'password');
  assert.deepEqual(await client.logout(), { serverNotified: true });
  assert.equal(await storage.local.get('grant'), undefined);
  assert.equal(await storage.session.get('access'), undefined);
  assert.equal(await storage.local.get('pendingLogouts'), undefined);
  assert.deepEqual(service.to('/logout').map(({ body }) => body), [{ refresh_token: 'refresh-1' }]);
});

test('offline, only the token of the ended session is kept, until the server is notified', async () => {
  const { client, make, service, storage } = setUp();
  await client.authenticate('ann', 'password');
  service.next('/logout', offline);
  assert.deepEqual(await client.logout(), { serverNotified: false });
  assert.deepEqual(await storage.local.get('pendingLogouts'), [{ baseUrl: BASE, token: 'refresh-1' }]);
  assert.equal(await storage.local.get('grant'), undefined);
  assert.equal(await make().deliverPendingLogouts(), true);
  assert.equal(await storage.local.get('pendingLogouts'), undefined);
});

/** @type {[number, string, boolean][]} */
const ANSWERS = [
  [400, 'invalid_refresh_token', true],
  [401, 'invalid_token', true],
  [422, 'validation_error', true],
  [429, 'rate_limited', false],
  [503, 'service_unavailable', false],
];
for (const [status, code, final] of ANSWERS) {
  test(`a ${status} to a pending logout is ${final ? 'final' : 'not final'}`, async () => {
    const { client, service } = setUp();
    await client.authenticate('ann', 'password');
    service.next('/logout', () => failure(status, code));
    assert.deepEqual(await client.logout(), { serverNotified: final });
  });
}

test('two deliveries at once send a logout once', async () => {
  const { client, service } = setUp();
  await client.authenticate('ann', 'password');
  service.next('/logout', offline);
  await client.logout();
  await Promise.all([client.deliverPendingLogouts(), client.deliverPendingLogouts()]);
  assert.equal(service.to('/logout').length, 2);
});

test('the list of pending logouts is bounded', async () => {
  const { client, service, storage } = setUp();
  for (let i = 0; i < 30; i += 1) {
    service.next('/logout', offline);
    await client.authenticate('ann', 'password');
    service.next('/logout', offline);
    await client.logout();
  }
  const pendingLogouts = /** @type {unknown[]} */ (await storage.local.get('pendingLogouts'));
  assert.equal(pendingLogouts.length, 20);
});

test('a logout without a login sends nothing', async () => {
  const { client, service } = setUp();
  assert.deepEqual(await client.logout(), { serverNotified: true });
  assert.equal(service.seen.length, 0);
});

/** A server that takes the request and never answers, until its gate opens. @param {string} baseUrl */
async function withSilentServer(baseUrl) {
  const scene = setUp();
  const silence = gate();
  const { fetch } = scene.service;
  const make = (more = {}) =>
    scene.make({
      /** @type {typeof globalThis.fetch} */
      fetch: async (input, init) => {
        if (!String(input).startsWith(baseUrl)) return fetch(input, init);
        silence.arrive();
        return silence.opened.then(() => fetch(input, init));
      },
      ...more,
    });
  await scene.storage.local.set('pendingLogouts', [{ baseUrl, token: 'of-another-server' }]);
  return { ...scene, silence, make };
}

test('a logout waits for no other server', async () => {
  const { make, silence, service } = await withSilentServer('https://silent.test');
  const client = make();
  await client.authenticate('ann', 'password');
  const pass = client.deliverPendingLogouts();
  await silence.arrived;
  assert.deepEqual(await client.logout(), { serverNotified: true });
  assert.equal(service.to('/logout').length, 1);
  silence.open();
  assert.equal(await pass, true);
});

test('one pass notifies all servers at the same time', async () => {
  const { make, silence, storage, service } = await withSilentServer('https://silent.test');
  const entries = /** @type {object[]} */ (await storage.local.get('pendingLogouts'));
  await storage.local.set('pendingLogouts', [...entries, { baseUrl: BASE, token: 'here' }]);
  const answered = gate();
  service.next('/logout', () => {
    answered.arrive();
    return failure(400, 'invalid_refresh_token');
  });
  const pass = make().deliverPendingLogouts();
  await answered.arrived;
  silence.open();
  assert.equal(await pass, true);
});

test('the logout of a login that is not kept is not stored on disk', async () => {
  const { client, make, service, storage } = setUp();
  await client.authenticate('ann', 'password', { keep: false });
  service.next('/logout', offline);
  assert.deepEqual(await client.logout(), { serverNotified: false });
  assert.equal(await storage.local.get('pendingLogouts'), undefined);
  assert.deepEqual(await storage.session.get('pendingLogouts'), [{ baseUrl: BASE, token: 'refresh-1' }]);
  assert.equal(await make().deliverPendingLogouts(), true);
  assert.equal(await storage.session.get('pendingLogouts'), undefined);
});

test('a storage that is full does not keep anybody logged in', async () => {
  const { client, service, storage } = setUp();
  await client.authenticate('ann', 'password');
  storage.local.set = () => Promise.reject(new Error('QuotaExceededError'));
  assert.deepEqual(await client.logout(), { serverNotified: true });
  assert.equal(await storage.local.get('grant'), undefined);
  assert.equal(service.to('/logout').length, 1);
});

test('a storage that cannot remove is reported, and the session ends at the server', async () => {
  const { client, service, storage } = setUp();
  await client.authenticate('ann', 'password');
  storage.local.remove = () => Promise.reject(new Error('IO error'));
  await assert.rejects(client.logout(), problem('storage'));
  assert.equal(service.to('/logout').length, 1);
  assert.equal(await storage.session.get('access'), undefined);
});

for (const damage of [7, 'text', null, [], {}, { id: 'x', token: 7 }]) {
  test(`a login stored as ${JSON.stringify(damage)} does not count as a login`, async () => {
    const { client, storage } = setUp();
    await storage.local.set('grant', damage);
    await storage.local.set('pendingLogouts', damage);
    await storage.session.set('access', damage);
    assert.equal((await client.state()).username, null);
    assert.deepEqual(await client.logout(), { serverNotified: true });
    await client.authenticate('ann', 'password');
    assert.equal((await client.state()).username, 'Ann');
  });
}
