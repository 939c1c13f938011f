import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASE, setUp, failure, gate, json, problem } from './kit.js';

/** Sets up a client that is logged in. */
async function loggedIn() {
  const scene = setUp();
  await scene.client.authenticate('ann', 'password');
  return scene;
}

for (const code of ['token_expired', 'invalid_token']) {
  test(`a 401 with ${code} renews the token`, async () => {
    const { client, service } = await loggedIn();
    service.next('/protected', () => failure(401, code));
    assert.ok((await client.fetch('/protected')).ok);
    assert.equal(service.to('/refresh').length, 1);
  });
}

for (const body of ['', '<p>', '{}', '{"code": 7}']) {
  test(`a 401 that says ${body || 'nothing'} renews the token`, async () => {
    const { client, service } = await loggedIn();
    service.next('/protected', () => new Response(body, { status: 401 }));
    assert.ok((await client.fetch('/protected')).ok);
    assert.equal(service.to('/refresh').length, 1);
  });
}

for (const code of ['invalid_credentials', 'missing_token', 'reauthentication_required']) {
  test(`a 401 with ${code} is not repeated`, async () => {
    const { client, service } = await loggedIn();
    service.next('/me', () => failure(401, code));
    const response = await client.fetch('/me', { method: 'DELETE', body: '{"password": "wrong"}' });
    assert.equal((await response.json()).code, code);
    assert.equal(service.to('/me').length, 1);
    assert.equal(service.to('/refresh').length, 0);
  });
}

test('a path, a whole address, a URL and a Request are accepted', async () => {
  const { client, service } = await loggedIn();
  const whole = `${BASE}/protected`;
  for (const input of ['/protected', whole, new URL(whole), new Request(whole)]) {
    assert.ok((await client.fetch(input)).ok);
  }
  assert.equal(new Set(service.to('/protected').map(({ token }) => token)).size, 1);
  await assert.rejects(client.fetch(new Request('https://evil.test/')), TypeError);
});

test('a Request is repeated with its body, method and headers', async () => {
  const { client, service } = await loggedIn();
  service.next('/protected', () => failure(401, 'token_expired'));
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': 'of-the-caller-itself' };
  await client.fetch(new Request(`${BASE}/protected`, { method: 'POST', body: '"kept"', headers }));
  assert.deepEqual(service.to('/protected').map(({ body, key }) => [body, key]), [
    ['kept', 'of-the-caller-itself'],
    ['kept', 'of-the-caller-itself'],
  ]);
});

test('an abort rejects with an AbortError', async () => {
  const { client, service } = await loggedIn();
  const controller = new AbortController();
  const held = gate();
  service.next('/protected', () => {
    held.arrive();
    return new Promise((_, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason));
    });
  });
  const request = client.fetch('/protected', { signal: controller.signal });
  await held.arrived;
  controller.abort();
  await assert.rejects(request, { name: 'AbortError' });
  await assert.rejects(client.fetch('/protected', { signal: controller.signal }), { name: 'AbortError' });
});

test('an abort while the token is renewed stops only that request', async () => {
  const { client, service, clock } = await loggedIn();
  clock.now += 3_600_000;
  const held = gate();
  service.next('/refresh', () => {
    held.arrive();
    return held.opened.then(() => json(200, { status: 'ok', access_token: 'a', refresh_token: 'r' }));
  });
  const controller = new AbortController();
  const first = client.fetch('/protected', { signal: controller.signal });
  const second = client.fetch('/protected');
  await held.arrived;
  controller.abort(new Error('enough'));
  await assert.rejects(first, { message: 'enough' });
  held.open();
  assert.ok((await second).ok);
});

test('a request that a busy server has not processed is repeated once', async () => {
  const { client, service, slept } = await loggedIn();
  service.next('/protected', () => failure(503, 'service_unavailable', { 'retry-after': '3' }));
  assert.ok((await client.fetch('/protected', { method: 'POST', body: '1' })).ok);
  assert.deepEqual(slept, [3000]);
  service.next('/protected', () => failure(503, 'service_unavailable', { 'retry-after': '600' }));
  assert.equal((await client.fetch('/protected')).status, 503);
});

test("after a proxy's error only safe methods are repeated", async () => {
  const { client, service } = await loggedIn();
  const page = () => new Response('<p>', { status: 502, headers: { 'content-type': 'text/html' } });
  service.next('/protected', page);
  assert.ok((await client.fetch('/protected')).ok);
  service.next('/protected', page);
  assert.equal((await client.fetch('/protected', { method: 'POST', body: '1' })).status, 502);
});

test('without a login there is no token', async () => {
  const { client } = setUp();
  await assert.rejects(client.fetch('/protected'), problem('signed_out'));
});
