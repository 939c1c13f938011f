import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASE, createScene, failure, offline } from './kit.js';

test('a log out clears everything and tells the server', async () => {
  const { client, service, storage } = createScene();
  await client.authenticate('ann', 'password');
  assert.deepEqual(await client.logout(), { serverNotified: true });
  assert.equal(await storage.local.get('grant'), undefined);
  assert.equal(await storage.session.get('access'), undefined);
  assert.deepEqual(await storage.local.get('pendingLogouts'), []);
  assert.deepEqual(service.to('/logout').map(({ body }) => body), [{ refresh_token: 'refresh-1' }]);
});

test('offline, only the token to be ended stays until the server is told', async () => {
  const { client, make, service, storage } = createScene();
  await client.authenticate('ann', 'password');
  service.next('/logout', offline);
  assert.deepEqual(await client.logout(), { serverNotified: false });
  assert.deepEqual(await storage.local.get('pendingLogouts'), [{ baseUrl: BASE, token: 'refresh-1' }]);
  assert.equal(await storage.local.get('grant'), undefined);
  assert.equal(await make().deliverPendingLogouts(), true);
  assert.deepEqual(await storage.local.get('pendingLogouts'), []);
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
  test(`a ${status} to a pending logout is ${final ? 'final' : 'no answer'}`, async () => {
    const { client, service } = createScene();
    await client.authenticate('ann', 'password');
    service.next('/logout', () => failure(status, code));
    assert.deepEqual(await client.logout(), { serverNotified: final });
  });
}

test('two at once tell the server once', async () => {
  const { client, service } = createScene();
  await client.authenticate('ann', 'password');
  service.next('/logout', offline);
  await client.logout();
  await Promise.all([client.deliverPendingLogouts(), client.deliverPendingLogouts()]);
  assert.equal(service.to('/logout').length, 2);
});

test('the list of pending logouts is bounded', async () => {
  const { client, service, storage } = createScene();
  for (let i = 0; i < 30; i += 1) {
    service.next('/logout', offline);
    await client.authenticate('ann', 'password');
    service.next('/logout', offline);
    await client.logout();
  }
  const pendingLogouts = /** @type {unknown[]} */ (await storage.local.get('pendingLogouts'));
  assert.equal(pendingLogouts.length, 20);
});

test('nobody logged in can log out', async () => {
  const { client, service } = createScene();
  assert.deepEqual(await client.logout(), { serverNotified: true });
  assert.equal(service.seen.length, 0);
});
