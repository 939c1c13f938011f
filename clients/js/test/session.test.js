import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASE, setUp, failure, gate, json, offline, problem } from './kit.js';

/** Sets up a client that is logged in. */
async function loggedIn({ keep = true } = {}) {
  const scene = setUp();
  await scene.client.authenticate('ann', 'password', { keep });
  return scene;
}

const HOUR = 3_600_000;

test('a fresh token is used without asking', async () => {
  const { client, service } = await loggedIn();
  await client.fetch('/protected');
  await client.fetch('/protected');
  assert.equal(service.to('/refresh').length, 0);
});

test('an expired token is renewed before it is used', async () => {
  const { client, service, clock } = await loggedIn();
  clock.now += HOUR;
  await client.fetch('/protected');
  assert.deepEqual(service.seen.map(({ path }) => path).slice(1), ['/refresh', '/protected']);
});

test('many requests at once share one refresh', async () => {
  const { client, service, clock } = await loggedIn();
  clock.now += HOUR;
  await Promise.all(Array.from({ length: 20 }, () => client.fetch('/protected')));
  assert.equal(service.to('/refresh').length, 1);
  assert.equal(new Set(service.to('/protected').map(({ token }) => token)).size, 1);
});

test('many requests refused at once share one refresh', async () => {
  const { client, service } = await loggedIn();
  for (let i = 0; i < 5; i += 1) service.next('/protected', () => failure(401, 'token_expired'));
  const answers = await Promise.all(Array.from({ length: 5 }, () => client.fetch('/protected')));
  assert.ok(answers.every(({ ok }) => ok));
  assert.equal(service.to('/refresh').length, 1);
});

test('a refused token is renewed once and the request repeated once', async () => {
  const { client, service } = await loggedIn();
  service.next('/protected', () => failure(401, 'invalid_token'));
  service.next('/protected', () => failure(401, 'invalid_token'));
  const response = await client.fetch('/protected', { method: 'POST', body: '"kept"' });
  assert.equal(response.status, 401);
  assert.equal(service.to('/refresh').length, 1);
  assert.deepEqual(service.to('/protected').map(({ body }) => body), ['kept', 'kept']);
});

test('the key is stored before the request goes out', async () => {
  const { client, service, storage, clock } = await loggedIn();
  clock.now += HOUR;
  const held = gate();
  service.next('/refresh', () => {
    held.arrive();
    return held.opened.then(offline);
  });
  const access = client.fetch('/protected');
  await held.arrived;
  const grant = /** @type {any} */ (await storage.local.get('grant'));
  assert.deepEqual([grant.token, grant.key], ['refresh-1', service.to('/refresh')[0].key]);
  held.open();
  await assert.rejects(access, problem('offline'));
});

test('another client on the same storage repeats a refresh with the same key', async () => {
  const { client, make, service, clock } = await loggedIn();
  clock.now += HOUR;
  service.next('/refresh', offline);
  await assert.rejects(client.fetch('/protected'), problem('offline'));
  await make().fetch('/protected');
  const [first, second] = service.to('/refresh');
  assert.deepEqual(first, second);
  assert.match(String(first.key), /^.{16,128}$/);
});

test('each refresh has a key of its own', async () => {
  const { client, service, clock } = await loggedIn();
  for (let i = 0; i < 3; i += 1) {
    clock.now += HOUR;
    await client.fetch('/protected');
  }
  assert.equal(new Set(service.to('/refresh').map(({ key }) => key)).size, 3);
  assert.deepEqual(service.to('/refresh').map(({ body }) => body.refresh_token), [
    'refresh-1',
    'refresh-2',
    'refresh-3',
  ]);
});

for (const code of ['invalid_refresh_token', 'refresh_token_expired']) {
  test(`${code} ends the login and says why`, async () => {
    const { client, service, storage, clock } = await loggedIn();
    clock.now += HOUR;
    service.next('/refresh', () => failure(400, code));
    await assert.rejects(client.fetch('/protected'), problem('session_ended'));
    assert.equal(await storage.local.get('grant'), undefined);
    assert.equal(await storage.session.get('access'), undefined);
    const { username, ended } = await client.state();
    assert.deepEqual([username, ended], [null, code]);
  });
}

/** @type {[string, () => Response | Promise<Response>][]} */
const NOT_DEFINITE = [
  ['no answer', offline],
  ['a 500', () => failure(500, 'internal_error')],
  ['a 503', () => failure(503, 'service_unavailable', { 'retry-after': '60' })],
  ['a 429', () => failure(429, 'rate_limited')],
  ['another 400', () => failure(400, 'malformed_json')],
  ['the code with another status', () => failure(500, 'invalid_refresh_token')],
  ['a foreign 400', () => json(400, { code: 'invalid_refresh_token' })],
  ['a web page', () => new Response('<p>', { headers: { 'content-type': 'text/html' } })],
  ['no tokens', () => json(200, { status: 'ok' })],
];
for (const [name, answer] of NOT_DEFINITE) {
  test(`${name} to a refresh logs nobody out`, async () => {
    const { client, service, clock } = await loggedIn();
    clock.now += HOUR;
    service.next('/refresh', answer);
    await assert.rejects(client.fetch('/protected'));
    assert.equal((await client.state()).username, 'Ann');
    assert.ok((await client.fetch('/protected')).ok);
  });
}

for (const answer of ['tokens', 'a refusal']) {
  test(`a logout during a refresh wins against ${answer}`, async () => {
    const { client, service, storage, clock } = await loggedIn();
    clock.now += HOUR;
    const held = gate();
    const late = json(200, { status: 'ok', access_token: 'late', refresh_token: 'late-refresh' });
    service.next('/refresh', () => {
      held.arrive();
      return held.opened.then(() => (answer === 'tokens' ? late : failure(400, 'invalid_refresh_token')));
    });
    const access = client.fetch('/protected');
    await held.arrived;
    await client.logout();
    held.open();
    await assert.rejects(access, problem('signed_out'));
    await client.deliverPendingLogouts();
    assert.equal(await storage.local.get('grant'), undefined);
    assert.equal(await storage.session.get('access'), undefined);
    assert.equal((await client.state()).ended, null);
    const notified = service.to('/logout').map(({ body }) => body.refresh_token);
    assert.deepEqual(notified, answer === 'tokens' ? ['refresh-1', 'late-refresh'] : ['refresh-1']);
  });
}

test('a login during a refresh keeps the new login', async () => {
  const { client, service, storage, clock } = await loggedIn();
  clock.now += HOUR;
  const held = gate();
  const late = json(200, { status: 'ok', access_token: 'late', refresh_token: 'late-refresh' });
  service.next('/refresh', () => {
    held.arrive();
    return held.opened.then(() => late);
  });
  const access = client.fetch('/protected');
  await held.arrived;
  await client.authenticate('bob', 'password');
  held.open();
  await assert.rejects(access, problem('signed_out'));
  assert.equal(/** @type {any} */ (await storage.local.get('grant')).token, 'refresh-2');
  await client.deliverPendingLogouts();
  const notified = service.to('/logout').map(({ body }) => body.refresh_token);
  assert.deepEqual(new Set(notified), new Set(['refresh-1', 'late-refresh']));
});

test('without keeping, nothing but pending logouts reaches the local storage', async () => {
  const { client, storage, clock } = await loggedIn({ keep: false });
  clock.now += HOUR;
  await client.fetch('/protected');
  assert.equal(await storage.local.get('grant'), undefined);
  assert.equal(/** @type {any} */ (await storage.session.get('grant')).token, 'refresh-2');
});

test('tokens of another address are not used', async () => {
  const { storage, service } = await loggedIn();
  const { createAuthClient } = await import('../src/client.js');
  const other = createAuthClient({ baseUrl: 'https://other.test', fetch: service.fetch, storage });
  await assert.rejects(other.fetch('/protected'), problem('signed_out'));
  assert.equal((await other.state()).username, null);
});

test('a token goes to its own API only', async () => {
  const { client, service } = await loggedIn();
  for (const address of ['https://evil.test/', `${BASE}.evil.test/`, 'http://api.test/', 'https://api.test:81/', 'nonsense']) {
    await assert.rejects(client.fetch(address), TypeError);
  }
  assert.ok((await client.fetch(`${BASE}/protected`)).ok);
  assert.equal(service.seen.length, 2);
});

const elevated = () => json(200, { status: 'ok', access_token: 'elevated', expires_in: 900, token_type: 'Bearer' });

test('the password confirms a login, which keeps its refresh token', async () => {
  const { client, service, clock } = await loggedIn();
  service.next('/protected', () => failure(401, 'insufficient_user_authentication'));
  assert.equal((await client.fetch('/protected')).status, 401);
  assert.equal(service.to('/refresh').length, 0);
  service.next('/reauthenticate', elevated);
  await client.reauthenticate('password');
  assert.deepEqual(service.to('/reauthenticate')[0].body, { password: 'password' });
  await client.fetch('/protected');
  assert.equal(service.to('/protected').at(-1)?.token, 'Bearer elevated');
  clock.now += HOUR;
  await client.fetch('/protected');
  assert.equal(service.to('/refresh')[0].body.refresh_token, 'refresh-1');
});

test('a wrong password leaves the login as it is', async () => {
  const { client, service } = await loggedIn();
  service.next('/reauthenticate', () => failure(401, 'invalid_credentials'));
  await assert.rejects(client.reauthenticate('wrong'), problem('refused'));
  assert.equal(service.to('/reauthenticate').length, 1);
  await client.fetch('/protected');
  assert.notEqual(service.to('/protected')[0].token, 'Bearer elevated');
});

test('an answer that comes after the logout stores no token', async () => {
  const { client, service } = await loggedIn();
  const { opened, open, arrived, arrive } = gate();
  service.next('/reauthenticate', async () => {
    arrive();
    await opened;
    return elevated();
  });
  const asked = client.reauthenticate('password');
  await arrived;
  await client.logout();
  open();
  await assert.rejects(asked, problem('signed_out'));
  await assert.rejects(client.fetch('/protected'), problem('signed_out'));
});

test('without a login there is none to confirm', async () => {
  const { client, service } = setUp();
  await assert.rejects(client.reauthenticate('password'), problem('signed_out'));
  assert.equal(service.seen.length, 0);
});
