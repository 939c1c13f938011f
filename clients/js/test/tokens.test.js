import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFresh, subjectOf, timeLeft, tokensIn } from '../src/tokens.js';
import { BASE, setUp, jwt, problem } from './kit.js';

/** @param {number} lifetime */
const received = (lifetime) => ({ id: 'x', token: 't', receivedAt: 1_000_000, lifetime });

test('the lifetime of a token counts from its receipt', () => {
  assert.equal(timeLeft(received(900_000), 1_000_000), 900_000);
  assert.equal(timeLeft(received(900_000), 1_300_000), 600_000);
  assert.equal(timeLeft(received(900_000), 9_000_000), 0);
});

test('a clock set back never makes a lifetime longer', () => {
  assert.equal(timeLeft(received(900_000), 999_000), 900_000);
  assert.equal(timeLeft(received(900_000), 900_000), 0);
});

test('a token is renewed shortly before its end', () => {
  assert.equal(isFresh(received(900_000), 1_889_000), true);
  assert.equal(isFresh(received(900_000), 1_891_000), false);
  assert.equal(isFresh(received(3_000), 1_002_600), true);
  assert.equal(isFresh(received(3_000), 1_002_800), false);
});

for (const name of ['Ann', 'a~~~b', 'x>>>y', '名前', '🔑', '??>>~~']) {
  test(`the name ${name} is read from a token`, () => {
    assert.equal(subjectOf(jwt({ sub: name })), name);
  });
}

test('no name is read from what is not a JWT', () => {
  for (const token of ['', 'opaque', 'a.b.c', `x.${btoa('null')}.y`, jwt({ sub: 7 })]) {
    assert.equal(subjectOf(token), undefined);
  }
});

test("an answer without tokens is not the API's", () => {
  assert.throws(() => tokensIn({ status: 'ok', access_token: 'x' }, BASE), problem('foreign'));
});

test('without expires_in a token is renewed soon', () => {
  const tokens = tokensIn({ access_token: 'a', refresh_token: 'r' }, BASE);
  assert.equal(tokens.lifetime, 60_000);
});

test('the state has the user, the lifetime and why a login ended', async () => {
  const { client, clock } = setUp();
  assert.deepEqual(await client.state(), {
    baseUrl: BASE,
    username: null,
    secondsLeft: 0,
    lifetime: 0,
    ended: null,
    secondStep: null,
  });
  await client.authenticate('ann', 'password');
  clock.now += 60_000;
  const { username, secondsLeft, lifetime } = await client.state();
  assert.deepEqual([username, secondsLeft, lifetime], ['Ann', 840, 900]);
});
