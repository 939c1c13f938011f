import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddress } from '../../../extension/src/address.js';
import { createAuthClient } from '../../../extension/src/client.js';
import { createRequestHandlers } from '../../../extension/src/requestHandlers.js';
import { isRequest } from '../../../extension/src/protocol.js';
import { memoryArea } from '../../../extension/src/store.js';
import { createService, json, offline } from './kit.js';

/** Handlers, their service, and what they announced. */
function createFixture({ allowed = true } = {}) {
  const service = createService();
  const areas = { session: memoryArea(), local: memoryArea() };
  /** @type {any[]} */
  const announced = [];
  const handlers = createRequestHandlers({
    areas,
    fetch: service.fetch,
    clientFor: (baseUrl, onChange) =>
      createAuthClient({ baseUrl, fetch: service.fetch, storage: areas, onChange }),
    mayReach: async () => allowed,
    announce: (state) => announced.push(state),
  });
  return { handlers, service, areas, announced };
}

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
  const { handlers, service, areas } = createFixture();
  await handlers.handle(LOGIN);
  const reply = await handlers.handle({ type: 'save', address: 'https://api.example.org/' });
  assert.equal(reply.state.baseUrl, 'https://api.example.org');
  assert.equal(reply.state.username, null);
  assert.equal(await areas.local.get('address'), 'https://api.example.org');
  assert.equal(service.to('/logout').length, 1);
});

test('saving the same address changes nothing', async () => {
  const { handlers, service } = createFixture();
  await handlers.handle(LOGIN);
  const reply = await handlers.handle({ type: 'save', address: 'http://127.0.0.1:8000/' });
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

test('a fault of our own is told and not swallowed', async () => {
  const { handlers, areas } = createFixture();
  areas.session.set = () => Promise.reject(new Error('quota'));
  const reply = await handlers.handle(LOGIN);
  assert.deepEqual(reply.ok ? '' : reply.problem.kind, 'fault');
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

test('addresses are read as people write them', () => {
  /** @type {[string, string][]} */
  const good = [
    ['localhost:8000', 'http://localhost:8000'],
    [' http://127.0.0.1:8000/ ', 'http://127.0.0.1:8000'],
    ['HTTPS://Api.Example.org/v1/?q#h', 'https://api.example.org/v1'],
  ];
  for (const [text, baseUrl] of good) assert.equal(parseAddress(text)?.baseUrl, baseUrl);
  for (const text of ['', ' ', 'ftp://x', 'http://', 'http://u:p@x', 'javascript://x', 'a b']) {
    assert.equal(parseAddress(text), undefined);
  }
});

test('permissions are asked for by host, without the port', () => {
  const address = parseAddress('http://api.example.org:8443/v1');
  assert.deepEqual(address, {
    baseUrl: 'http://api.example.org:8443/v1',
    pattern: 'http://api.example.org/*',
    insecure: true,
  });
  assert.equal(parseAddress('http://localhost:1')?.insecure, false);
  assert.equal(parseAddress('https://api.example.org')?.insecure, false);
});
