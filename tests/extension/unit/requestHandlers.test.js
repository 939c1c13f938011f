import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failure, gate, json, offline } from '../../../clients/js/test/kit.js';
import { isRequest } from '../../../extension/src/protocol.js';
import { createFixture, kindOf } from './fixture.js';

const LOGIN = { type: /** @type {const} */ ('login'), username: 'ann', password: 'password', keep: true };

test('nothing that is answered contains a token', async () => {
  const { handlers, announced } = createFixture();
  const replies = [];
  for (const request of [LOGIN, { type: 'state' }, { type: 'access' }, { type: 'logout' }]) {
    replies.push(await handlers.handle(/** @type {any} */ (request)));
  }
  assert.ok(replies.every(({ ok }) => ok));
  assert.doesNotMatch(JSON.stringify([replies, announced]), /refresh-|eyJ/);
});

test('what changes is announced to all pages', async () => {
  const { handlers, announced } = createFixture();
  await handlers.handle(LOGIN);
  await handlers.handle({ type: 'logout' });
  assert.deepEqual(announced.map(({ username }) => username), ['Ann', null]);
});

test('that nobody answers may be the missing permission', async () => {
  for (const [allowed, kind] of /** @type {const} */ ([[true, 'offline'], [false, 'not_allowed']])) {
    const { handlers, service } = createFixture({ allowed });
    service.next('/authenticate', offline);
    const reply = await handlers.handle(LOGIN);
    assert.equal(reply.ok ? '' : reply.problem.kind, kind);
  }
});

test('a move to another address ends the login at the first', async () => {
  const { handlers, service, areas, save } = createFixture();
  await handlers.handle(LOGIN);
  const reply = await save('https://api.example.org/');
  assert.equal(reply.state.baseUrl, 'https://api.example.org');
  assert.equal(reply.state.username, null);
  assert.equal(await areas.local.get('address'), 'https://api.example.org');
  await handlers.deliverPendingLogouts();
  assert.equal(service.to('/logout').length, 1);
});

test('a move that a dying worker left half done is finished when it is repeated', async () => {
  const { handlers, service, areas, save } = createFixture();
  await handlers.handle(LOGIN);
  await areas.local.set('address', 'https://api.example.org');
  await save('https://api.example.org');
  assert.equal(await areas.local.get('grant'), undefined);
  await handlers.deliverPendingLogouts();
  assert.deepEqual(service.to('/logout').map(({ origin }) => origin), ['http://127.0.0.1:8000']);
});

test('saving the same address changes nothing', async () => {
  const { handlers, service, save } = createFixture();
  await handlers.handle(LOGIN);
  const reply = await save('http://127.0.0.1:8000/');
  assert.equal(reply.state.username, 'Ann');
  assert.equal(service.to('/logout').length, 0);
});

test('a check wants the name of the service', async () => {
  const { handlers, service } = createFixture();
  assert.ok((await handlers.handle({ type: 'check', address: 'localhost:5000' })).ok);
  service.next('/healthz', () => json(200, { status: 'ok' }));
  const reply = await handlers.handle({ type: 'check', address: 'localhost:5000' });
  assert.equal(reply.ok ? '' : reply.problem.kind, 'foreign');
});

test('a storage that cannot be written is told', async () => {
  const { handlers, areas } = createFixture();
  areas.session.set = () => Promise.reject(new Error('quota'));
  assert.equal(kindOf(await handlers.handle(LOGIN)), 'storage');
});

test('a storage that cannot be read is told, and a reset is the way out', async () => {
  const { handlers, areas } = createFixture();
  areas.local.get = () => Promise.reject(new Error('Corruption: checksum mismatch'));
  const reply = await handlers.handle({ type: 'state' });
  assert.equal(kindOf(reply), 'storage');
  assert.equal(reply.state.username, null);
  areas.local.get = async () => undefined;
  assert.equal(kindOf(await handlers.handle({ type: 'reset' })), 'ok');
});

test('nothing is saved when it cannot be stored', async () => {
  const { areas, save, handlers } = createFixture();
  areas.local.set = () => Promise.reject(new Error('quota'));
  assert.equal(kindOf(await save('https://api.example.org')), 'storage');
  assert.equal((await handlers.handle({ type: 'state' })).state.baseUrl, 'http://127.0.0.1:8000');
});

test('http to another computer is saved only when the user says so', async () => {
  const { handlers, save, service } = createFixture();
  assert.equal(kindOf(await save('http://api.example.org')), 'insecure');
  assert.equal((await handlers.handle({ type: 'state' })).state.baseUrl, 'http://127.0.0.1:8000');
  const { state } = await save('http://api.example.org', true);
  assert.deepEqual([state.baseUrl, state.insecure, state.allowInsecure], ['http://api.example.org', true, true]);
  assert.equal(kindOf(await handlers.handle(LOGIN)), 'ok');
  assert.equal(service.to('/authenticate')[0].origin, 'http://api.example.org');
});

test('an agreement to http holds for its address only', async () => {
  const { areas, handlers, save, service } = createFixture();
  await save('http://api.example.org', true);
  await areas.local.set('address', 'http://other.example.org');
  assert.equal(kindOf(await handlers.handle(LOGIN)), 'insecure');
  await save('https://api.example.org', true);
  await areas.local.set('address', 'http://api.example.org');
  assert.equal(kindOf(await handlers.handle(LOGIN)), 'insecure');
  assert.equal(service.seen.length, 0);
});

test('a server that was away keeps its permission until it has heard of the logout', async () => {
  const { handlers, save, service, granted } = createFixture();
  granted.push('https://first.example.org/*', 'https://second.example.org/*');
  await save('https://first.example.org');
  granted.push('https://second.example.org/*');
  await handlers.handle(LOGIN);
  service.next('/logout', offline);
  await save('https://second.example.org');
  await handlers.deliverPendingLogouts();
  assert.deepEqual(granted, ['https://first.example.org/*', 'https://second.example.org/*']);
  await handlers.deliverPendingLogouts();
  assert.deepEqual(granted, ['https://second.example.org/*']);
  assert.equal(service.to('/logout').at(-1)?.origin, 'https://first.example.org');
});

test('a check gives back the permission for an address that is not saved', async () => {
  const { handlers, save, service, granted } = createFixture();
  granted.push('https://api.example.org/*');
  service.next('/healthz', offline);
  await handlers.handle({ type: 'check', address: 'https://api.example.org' });
  assert.deepEqual(granted, []);
  await save('https://api.example.org');
  /** @type {string[]} */ (granted).push('https://api.example.org/*');
  await handlers.handle({ type: 'check', address: 'https://api.example.org' });
  assert.deepEqual(granted, ['https://api.example.org/*']);
});

test('an address saved during a login leaves no token behind', async () => {
  const { handlers, save, service, areas } = createFixture();
  const held = gate();
  const pair = { status: 'ok', access_token: 'a', refresh_token: 'late', expires_in: 900 };
  service.next('/authenticate', () => {
    held.arrive();
    return held.opened.then(() => json(200, pair));
  });
  const login = handlers.handle(LOGIN);
  await held.arrived;
  await save('https://api.example.org');
  held.open();
  assert.equal(kindOf(await login), 'moved');
  await handlers.deliverPendingLogouts();
  assert.equal(await areas.local.get('grant'), undefined);
  assert.deepEqual(service.to('/logout').map(({ body }) => body.refresh_token), ['late']);
});

test('a pass that was asked for during another one is made', async () => {
  const { handlers, service } = createFixture();
  const held = gate();
  await handlers.handle(LOGIN);
  service.next('/logout', () => {
    held.arrive();
    return held.opened.then(() => failure(503, 'service_unavailable'));
  });
  const logout = handlers.handle({ type: 'logout' });
  await held.arrived;
  const first = handlers.deliverPendingLogouts();
  const second = handlers.deliverPendingLogouts();
  held.open();
  await Promise.all([logout, first, second]);
  assert.equal(service.to('/logout').length, 2);
});

test('who logged in last is remembered, on disk only with a login that is kept', async () => {
  const { handlers, areas } = createFixture();
  await handlers.handle({ ...LOGIN, keep: false });
  await handlers.handle({ type: 'logout' });
  assert.equal((await handlers.handle({ type: 'state' })).state.lastUsername, 'Ann');
  assert.equal(await areas.local.get('lastUsername'), undefined);
  await handlers.handle(LOGIN);
  assert.equal(await areas.local.get('lastUsername'), 'Ann');
});

test('a deleted account leaves no name behind', async () => {
  const { handlers, areas, service } = createFixture();
  await handlers.handle(LOGIN);
  service.next('/me', () => json(200, { status: 'ok' }));
  assert.equal(kindOf(await handlers.handle({ type: 'deleteAccount', password: 'password' })), 'ok');
  assert.equal((await handlers.handle({ type: 'state' })).state.lastUsername, '');
  assert.equal(await areas.local.get('lastUsername'), undefined);
});

test('the choice to stay signed in is remembered', async () => {
  const { handlers } = createFixture();
  assert.equal((await handlers.handle({ type: 'state' })).state.keep, true);
  await handlers.handle({ ...LOGIN, keep: false });
  assert.equal((await handlers.handle({ type: 'state' })).state.keep, false);
});

test('only well-formed requests are heard', () => {
  assert.ok(isRequest(LOGIN));
  assert.ok(isRequest({ type: 'state' }));
  const bad = [null, 7, {}, { type: 'nonsense' }, { type: 'toString' }, { ...LOGIN, keep: 'yes' }];
  for (const message of [...bad, { type: 'login', username: 'ann' }, { announced: {} }]) {
    assert.ok(!isRequest(message));
  }
});


test('an address that an administrator has chosen is used and cannot be changed', async () => {
  const { handlers, save, service } = createFixture({ managed: 'auth.example.org' });
  const reply = await save('https://other.example.org');
  assert.equal(kindOf(reply), 'managed');
  assert.deepEqual([reply.state.baseUrl, reply.state.managed], ['https://auth.example.org', true]);
  await handlers.handle(LOGIN);
  assert.equal(service.to('/authenticate')[0].origin, 'https://auth.example.org');
});

test('a managed address that is none is ignored', async () => {
  for (const managed of ['*', 7, '', null]) {
    const { handlers } = createFixture({ managed });
    assert.equal((await handlers.handle({ type: 'state' })).state.baseUrl, 'http://127.0.0.1:8000');
  }
});
