import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAnswer, send } from '../src/api.js';
import { BASE, failure, json, offline } from './kit.js';

/** @param {Response} response */
const problemOf = (response) =>
  readAnswer(response, BASE).then(
    () => assert.fail('no problem'),
    (error) => error.problem,
  );

/** @param {string} body @param {string} type */
const answer = (body, type, status = 200) =>
  new Response(body, { status, headers: { 'content-type': type } });

test('a successful answer is returned', async () => {
  assert.deepEqual(await readAnswer(json(200, { status: 'ok', a: 1 }), BASE), { status: 'ok', a: 1 });
});

test('a refusal keeps all that the service says', async () => {
  const body = { status: 'error', code: 'c', message: 'm', errors: { username: ['u', 'v'], other: 'w' } };
  assert.deepEqual(await problemOf(json(422, body)), {
    kind: 'refused',
    baseUrl: BASE,
    status: 422,
    code: 'c',
    message: 'm',
    errors: { username: ['u', 'v'], other: ['w'] },
  });
});

test('HTML is not our API', async () => {
  for (const status of [200, 404, 500]) {
    assert.equal((await problemOf(answer('<p>', 'text/html', status))).kind, 'html');
  }
});

test('a redirect is told, also where the runtime shows its status', async () => {
  const response = new Response('', { status: 302, headers: { location: 'https://other.test/' } });
  assert.equal((await problemOf(response)).kind, 'redirected');
});

test("a proxy's error says that the service is not available", async () => {
  for (const status of [502, 503, 504]) {
    assert.equal((await problemOf(answer('<p>', 'text/html', status))).kind, 'unavailable');
    assert.equal((await problemOf(answer('{"detail": "x"}', 'application/json', status))).kind, 'unavailable');
    assert.equal((await problemOf(failure(status, 'service_unavailable'))).kind, 'refused');
  }
});

test('other JSON and broken JSON are not our API', async () => {
  for (const body of ['', '{', 'null', '7', '[]', '{}', '{"status": "up"}', '{"detail": "x"}']) {
    for (const status of [200, 400, 500]) {
      assert.equal((await problemOf(answer(body, 'application/json', status))).kind, 'foreign');
    }
  }
});

test('an error that claims success, and the reverse, are not our API', async () => {
  assert.equal((await problemOf(json(400, { status: 'ok' }))).kind, 'foreign');
  assert.equal((await problemOf(json(200, { status: 'error' }))).kind, 'foreign');
});

test('Retry-After is seconds or a date', async () => {
  const began = Date.now();
  const soon = new Date(began + 30_000).toUTCString();
  /** @type {[string, number | undefined][]} */
  const cases = [['7', 7], ['0', 1], [soon, 30], ['soon', undefined], ['-3', undefined]];
  for (const [header, seconds] of cases) {
    const { retryAfter } = await problemOf(failure(429, 'rate_limited', { 'retry-after': header }));
    if (header === soon) assert.ok(retryAfter >= 29 - (Date.now() - began) / 1000 && retryAfter <= 30);
    else if (header !== '-3') assert.equal(retryAfter, seconds);
  }
});

test('a missing answer is an error of kind offline', async () => {
  const connection = { baseUrl: BASE, fetch: offline, timeoutMs: 1000 };
  await assert.rejects(send(connection, '/healthz'), (error) => {
    assert.deepEqual(/** @type {any} */ (error).problem, { kind: 'offline', baseUrl: BASE });
    return true;
  });
});

test('requests carry no cookies and follow no redirects', async () => {
  /** @type {RequestInit[]} */
  const sent = [];
  /** @type {typeof globalThis.fetch} */
  const fetch = async (_, init = {}) => {
    sent.push(init);
    return json(200, { status: 'ok' });
  };
  await send({ baseUrl: BASE, fetch, timeoutMs: 1000 }, '/refresh', { body: {} });
  await send({ baseUrl: BASE, fetch, timeoutMs: 1000 }, '/healthz');
  assert.deepEqual(sent.map(({ credentials, redirect, method }) => [credentials, redirect, method]), [
    ['omit', 'manual', 'POST'],
    ['omit', 'manual', 'GET'],
  ]);
});
