import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setUp, failure, gate, json, jwt, offline, problem } from './kit.js';

const PAIR = { status: 'ok', access_token: jwt({ sub: 'Ann' }), refresh_token: 'the-same', expires_in: 900 };

test('a login without an answer is repeated with its key', async () => {
  const { client, make, service } = setUp();
  service.next('/authenticate', offline);
  await assert.rejects(client.authenticate('ann', 'password'), problem('offline'));
  await make().authenticate('ann', 'password');
  const [first, second] = service.to('/authenticate');
  assert.equal(first.key, second.key);
  assert.match(String(first.key), /^.{16,128}$/);
});

test('the key is stored before the login is sent', async () => {
  const { client, service, storage } = setUp();
  const held = gate();
  service.next('/authenticate', () => {
    held.arrive();
    return held.opened.then(() => json(200, PAIR));
  });
  const login = client.authenticate('ann', 'password');
  await held.arrived;
  const stored = /** @type {any} */ (await storage.session.get('authentication'));
  assert.equal(stored.key, service.to('/authenticate')[0].key);
  assert.doesNotMatch(JSON.stringify(stored), /password/);
  held.open();
  await login;
  assert.equal(await storage.session.get('authentication'), undefined);
});

test('tokens that are given again are not logged out', async () => {
  const { client, make, service, storage } = setUp();
  service.next('/authenticate', () => json(200, PAIR));
  service.next('/authenticate', () => json(200, PAIR));
  await client.authenticate('ann', 'password');
  await make().authenticate('ann', 'password');
  await client.deliverPendingLogouts();
  assert.equal(service.to('/logout').length, 0);
  assert.equal(/** @type {any} */ (await storage.local.get('grant')).token, 'the-same');
});

test('a login after one that was answered has a new key', async () => {
  const { client, service } = setUp();
  service.next('/authenticate', () => failure(401, 'invalid_credentials'));
  await assert.rejects(client.authenticate('ann', 'wrong password'));
  await client.authenticate('ann', 'password');
  await client.logout();
  await client.authenticate('ann', 'password');
  assert.equal(new Set(service.to('/authenticate').map(({ key }) => key)).size, 3);
});

test('a busy server is asked once more, after as long as it says', async () => {
  const { client, service, slept } = setUp();
  service.next('/authenticate', () => failure(503, 'service_unavailable', { 'retry-after': '2' }));
  await client.authenticate('ann', 'password');
  assert.deepEqual(slept, [2000]);
  assert.equal(new Set(service.to('/authenticate').map(({ key }) => key)).size, 1);
});

test('a server that stays busy is reported, and so is a long Retry-After', async () => {
  const { client, service, slept } = setUp();
  const busy = () => failure(503, 'service_unavailable', { 'retry-after': '2' });
  service.next('/authenticate', busy);
  service.next('/authenticate', busy);
  await assert.rejects(client.authenticate('ann', 'password'), problem('refused'));
  service.next('/authenticate', () => failure(503, 'service_unavailable', { 'retry-after': '60' }));
  await assert.rejects(client.authenticate('ann', 'password'), problem('refused'));
  assert.deepEqual(slept, [2000]);
});

test('credentials go over http to this computer only, unless that is allowed', async () => {
  const { make, service, storage } = setUp();
  const http = make({ baseUrl: 'http://api.test' });
  await assert.rejects(http.authenticate('ann', 'password'), problem('insecure'));
  await assert.rejects(http.register('ann', 'password'), problem('insecure'));
  await assert.rejects(http.fetch('/protected'), problem('insecure'));
  await storage.local.set('grant', { id: 'x', baseUrl: 'http://api.test', username: 'ann', token: 't', keep: true });
  await assert.rejects(http.fetch('/protected'), problem('insecure'));
  assert.equal(service.seen.length, 0);
  await make({ baseUrl: 'http://api.test', allowInsecure: true }).authenticate('ann', 'password');
  for (const host of ['localhost:8000', '127.0.0.1', '127.1.2.3', '[::1]:80', 'api.localhost']) {
    await make({ baseUrl: `http://${host}` }).authenticate('ann', 'password');
  }
});

test('an address may be written in any case, with a slash, or as a URL', async () => {
  const { make, service } = setUp();
  for (const baseUrl of ['HTTPS://API.Test/', new URL('https://api.test'), 'https://api.test/?x#y']) {
    await make({ baseUrl }).authenticate('ann', 'password');
  }
  assert.deepEqual(new Set(service.seen.map(({ origin }) => origin)), new Set(['https://api.test']));
  for (const baseUrl of ['api.test', 'ftp://api.test', 'https://a:b@api.test', '']) {
    assert.throws(() => make({ baseUrl }), TypeError);
  }
});

for (const listener of [() => { throw new Error('of the page'); }, () => Promise.reject(new Error('later'))]) {
  test('an error of the listener changes nothing', async () => {
    const { make } = setUp();
    const client = make({ onChange: listener });
    await client.authenticate('ann', 'password');
    assert.ok((await client.fetch('/protected')).ok);
    assert.deepEqual(await client.logout(), { serverNotified: true });
  });
}
