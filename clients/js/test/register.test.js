import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setUp, failure, offline } from './kit.js';

test('a registration without an answer is repeated with its key', async () => {
  const { client, make, service } = setUp();
  service.next('/register', offline);
  await assert.rejects(client.register('ann', 'password'));
  await make().register('ann', 'password');
  const [first, second] = service.to('/register');
  assert.equal(first.key, second.key);
  assert.match(String(first.key), /^.{16,128}$/);
});

test('another name has another key', async () => {
  const { client, service } = setUp();
  service.next('/register', offline);
  await assert.rejects(client.register('ann', 'password'));
  await client.register('bob', 'password');
  const [first, second] = service.to('/register');
  assert.notEqual(first.key, second.key);
});

test('the key is kept while the server is busy', async () => {
  const { client, service } = setUp();
  service.next('/register', () => failure(503, 'service_unavailable', { 'retry-after': '60' }));
  await assert.rejects(client.register('ann', 'password'));
  await client.register('ann', 'password');
  assert.equal(new Set(service.to('/register').map(({ key }) => key)).size, 1);
});

for (const decided of ['yes', 'no']) {
  test(`after the answer ${decided} the key is removed`, async () => {
    const { client, service, storage } = setUp();
    if (decided === 'no') service.next('/register', () => failure(400, 'user_exists'));
    await client.register('ann', 'password').catch(() => undefined);
    assert.equal(await storage.session.get('registration'), undefined);
  });
}
