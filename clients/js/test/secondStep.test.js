import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASE, setUp, failure, json, jwt, offline, problem, secondFactorRequired } from './kit.js';

/** Starts a login that waits for its second step. */
async function afterPassword() {
  const scene = setUp();
  scene.service.next('/authenticate', () => secondFactorRequired());
  const refusal = await scene.client.authenticate('ann', 'password').catch((/** @type {any} */ error) => error);
  return { ...scene, refusal };
}

test('an account with a second step is asked for its code', async () => {
  const { client, refusal } = await afterPassword();
  assert.equal(refusal.problem.code, 'second_factor_required');
  assert.deepEqual(refusal.problem.factors, ['totp', 'recovery_code']);
  const { username, secondStep } = await client.state();
  assert.equal(username, null);
  assert.deepEqual(secondStep, { username: 'ann', factors: ['totp', 'recovery_code'], secondsLeft: 300 });
});

test('a code finishes the login, together with the mfa_token', async () => {
  const { client, service, storage } = await afterPassword();
  assert.deepEqual(await client.secondStep('123456'), {});
  const [sent] = service.to('/authenticate/second');
  assert.deepEqual(sent.body, { mfa_token: 'an-mfa-token', code: '123456' });
  assert.match(String(sent.key), /^.{16,128}$/);
  const { username, secondStep } = await client.state();
  assert.equal(username, 'Ann');
  assert.equal(secondStep, null);
  assert.equal(await storage.session.get('secondStep'), undefined);
});

test('the mfa_token is neither on disk nor in errors nor in the state', async () => {
  const { client, storage, refusal } = await afterPassword();
  const kept = /** @type {any} */ (await storage.session.get('secondStep'));
  assert.equal(kept.token, 'an-mfa-token');
  assert.equal(await storage.local.get('secondStep'), undefined);
  assert.doesNotMatch(JSON.stringify([refusal, refusal.problem, await client.state()]), /an-mfa-token|"password"/);
});

test('another worker continues after one that was ended between the steps', async () => {
  const { make } = await afterPassword();
  await make().secondStep('123456');
  assert.equal((await make().state()).username, 'Ann');
});

test('a wrong code can be corrected, each with a key of its own', async () => {
  const { client, service } = await afterPassword();
  service.next('/authenticate/second', () => failure(401, 'invalid_code'));
  await assert.rejects(client.secondStep('000000'), (/** @type {any} */ { problem: { code } }) => code === 'invalid_code');
  assert.ok((await client.state()).secondStep);
  await client.secondStep('123456');
  assert.equal(new Set(service.to('/authenticate/second').map(({ key }) => key)).size, 2);
});

test('a second step without an answer is repeated with its key', async () => {
  const { client, make, service } = await afterPassword();
  service.next('/authenticate/second', offline);
  await assert.rejects(client.secondStep('123456'), problem('offline'));
  await make().secondStep('123456');
  const [first, second] = service.to('/authenticate/second');
  assert.equal(first.key, second.key);
  assert.deepEqual(first.body, second.body);
});

test('a second step that comes too late is over', async () => {
  const { client, clock, service } = await afterPassword();
  clock.now += 300_000;
  const { secondStep, ended } = await client.state();
  assert.equal(secondStep, null);
  assert.equal(ended, 'second_step_over');
  await assert.rejects(client.secondStep('123456'), problem('second_step_over'));
  assert.equal(service.to('/authenticate/second').length, 0);
  await client.authenticate('ann', 'password');
  assert.equal((await client.state()).ended, null);
});

test('the server decides when a waiting login is over', async () => {
  const { client, service, storage } = await afterPassword();
  service.next('/authenticate/second', () => failure(401, 'invalid_token'));
  await assert.rejects(client.secondStep('123456'), problem('second_step_over'));
  assert.equal((await client.state()).secondStep, null);
  assert.equal(await storage.session.get('authentication'), undefined);
});

test('a waiting login can be cancelled', async () => {
  const { client, storage } = await afterPassword();
  await client.cancelSecondStep();
  assert.equal((await client.state()).secondStep, null);
  assert.equal(await storage.session.get('secondStep'), undefined);
  await assert.rejects(client.secondStep('123456'), problem('second_step_over'));
});

test('no login waits after a logout, nor at another address', async () => {
  const { client, make } = await afterPassword();
  assert.equal((await make({ baseUrl: 'https://other.test' }).state()).secondStep, null);
  await client.logout();
  assert.equal((await client.state()).secondStep, null);
});

test('the number of recovery codes that are left is returned', async () => {
  const { client, service } = await afterPassword();
  const pair = { status: 'ok', access_token: jwt({ sub: 'Ann' }), refresh_token: 'r', recovery_codes_left: 7 };
  service.next('/authenticate/second', () => json(200, pair));
  assert.deepEqual(await client.secondStep('1-K7QF-M2XW-9T3C-0HVB'), { recoveryCodesLeft: 7 });
});

test('a code that is known already is sent with the password', async () => {
  const { client, service } = setUp();
  await client.authenticate('ann', 'password', { code: '123456' });
  assert.deepEqual(service.to('/authenticate')[0].body, { username: 'ann', password: 'password', code: '123456' });
  await client.reauthenticate('password', { code: '234567' });
  assert.deepEqual(service.to('/reauthenticate')[0].body, { password: 'password', code: '234567' });
});

for (const damage of [7, 'x', {}, { baseUrl: BASE, username: 'ann', token: 't', factors: [], receivedAt: 'now', lifetime: 9 }]) {
  test('with a damaged storage no login waits', async () => {
    const { client, storage } = setUp();
    await storage.session.set('secondStep', damage);
    assert.equal((await client.state()).secondStep, null);
    await assert.rejects(client.secondStep('123456'), problem('second_step_over'));
  });
}

test('second_factor_required without an mfa_token is an ordinary refusal', async () => {
  const { client, service } = setUp();
  service.next('/authenticate', () => secondFactorRequired({ mfa_token: null }));
  await assert.rejects(client.authenticate('ann', 'password'), problem('refused'));
  assert.equal((await client.state()).secondStep, null);
});

test('new tokens in an answer replace the stored ones', async () => {
  const { client, service, storage } = setUp();
  await client.authenticate('ann', 'password');
  const access = jwt({ sub: 'Ann', acr: 'aal2' });
  service.next('/me/totp/confirm', () => json(200, { status: 'ok', access_token: access, refresh_token: 'the-fresh', expires_in: 900 }));
  await client.send('POST', '/me/totp/confirm', { code: '123456' });
  assert.equal(/** @type {any} */ (await storage.local.get('grant')).token, 'the-fresh');
  await client.fetch('/protected');
  assert.equal(service.to('/protected')[0].token, `Bearer ${access}`);
});

test('the refresh token of a refresh meanwhile is kept', async () => {
  const { client, service, storage } = setUp();
  await client.authenticate('ann', 'password');
  service.next('/password', async () => {
    service.next('/protected', () => failure(401, 'token_expired'));
    await client.fetch('/protected');
    return json(200, { status: 'ok', access_token: jwt({ sub: 'Ann' }), refresh_token: 'of-the-generation-before' });
  });
  await client.send('POST', '/password', {});
  assert.equal(/** @type {any} */ (await storage.local.get('grant')).token, 'refresh-2');
});

test('a refresh whose answer was lost is repeated with the token that it was sent with', async () => {
  const { client, service, storage } = setUp();
  await client.authenticate('ann', 'password');
  service.next('/protected', () => failure(401, 'token_expired'));
  service.next('/refresh', offline);
  await assert.rejects(client.fetch('/protected'), problem('offline'));
  service.next('/password', () => json(200, { status: 'ok', access_token: jwt({ sub: 'Ann' }), refresh_token: 'unasked' }));
  await client.send('POST', '/password', {});
  const { token, key } = /** @type {any} */ (await storage.local.get('grant'));
  assert.equal(token, 'refresh-1');
  assert.equal(key, service.to('/refresh')[0].key);
});

const ASSERTION = { ceremony: 'a-ceremony', credential: { id: 'x' } };
const CEREMONY = () => json(200, { status: 'ok', ceremony: 'a-ceremony', options: { challenge: 'c' } });

test('a passkey alone logs in', async () => {
  const { client, service } = setUp();
  service.next('/authenticate/passkey/options', CEREMONY);
  assert.deepEqual(await client.passkeyOptions(), { ceremony: 'a-ceremony', options: { challenge: 'c' } });
  assert.deepEqual(service.to('/authenticate/passkey/options')[0].body, {});
  service.next('/authenticate/passkey', offline);
  service.next('/authenticate/passkey', () => json(200, { status: 'ok', access_token: jwt({ sub: 'Ann' }), refresh_token: 'r' }));
  await assert.rejects(client.authenticateByPasskey(ASSERTION), problem('offline'));
  await client.authenticateByPasskey(ASSERTION);
  const [first, second] = service.to('/authenticate/passkey');
  assert.deepEqual(first.body, ASSERTION);
  assert.equal(first.key, second.key);
  assert.equal((await client.state()).username, 'Ann');
});

test('a passkey is the second step of a login that waits', async () => {
  const { client, service } = await afterPassword();
  service.next('/authenticate/passkey/options', CEREMONY);
  await client.passkeyOptions();
  assert.deepEqual(service.to('/authenticate/passkey/options')[0].body, { mfa_token: 'an-mfa-token' });
  await client.authenticateByPasskey(ASSERTION);
  assert.deepEqual(service.to('/authenticate/second')[0].body, { mfa_token: 'an-mfa-token', passkey: ASSERTION });
  assert.equal((await client.state()).secondStep, null);
});
