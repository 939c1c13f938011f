import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endedText, explain, formProblem, initialOf, lifetimeText, remediesFor, waitText } from '../../../extension/src/texts.js';
import { BASE } from '../../../clients/js/test/kit.js';

/** @param {Partial<import('../../../extension/src/protocol.js').Problem>} problem */
const refused = (problem) => explain({ kind: 'refused', baseUrl: BASE, ...problem });

test('a validation error is told field by field', () => {
  const errors = { username: ['Too long.'], password: ['Too short.', 'Odd.'] };
  assert.equal(refused({ status: 422, errors }), 'Username: Too long. Password: Too short. Odd.');
  const named = { username: ['Username must be short.'] };
  assert.equal(refused({ status: 422, errors: named }), 'Username must be short.');
  assert.equal(refused({ status: 422, message: 'Wrong.', errors: {} }), 'Wrong.');
});

/** @type {[number, string][]} */
const WAITS = [
  [1, '1 second'],
  [30, '30 seconds'],
  [60, '1 minute'],
  [125, '2 minutes 5 seconds'],
  [3599, '59 minutes 59 seconds'],
  [3600, '1 hour'],
  [3601, '1 hour 1 minute'],
  [7199, '2 hours'],
  [90000, '25 hours'],
];
for (const [seconds, text] of WAITS) {
  test(`${seconds} seconds are ${text}`, () => assert.equal(waitText(seconds), text));
}

test('waiting is told in seconds where the server says how long', () => {
  assert.match(refused({ status: 429, retryAfter: 30 }), /Wait 30 seconds/);
  assert.match(refused({ status: 503, retryAfter: 1 }), /Try again in 1 second\./);
  assert.match(refused({ status: 429 }), /Wait 1 minute,/);
});

test("the service's own words are shown as they are", () => {
  assert.equal(refused({ status: 401, message: 'Invalid credentials.' }), 'Invalid credentials.');
  assert.equal(refused({ status: 400 }), 'The server refused without saying why.');
});

test('every kind of problem has words that name the address or the way out', () => {
  /** @type {import('../../../extension/src/protocol.js').Problem['kind'][]} */
  const kinds = ['offline', 'redirected', 'html', 'foreign', 'insecure'];
  for (const kind of kinds) {
    assert.match(explain({ kind, baseUrl: BASE }), /https:\/\/api\.test.*options/);
  }
  assert.match(explain({ kind: 'session_ended', baseUrl: BASE }), /log in again/);
  assert.equal(explain({ kind: 'signed_out', baseUrl: BASE }), 'No tokens found. Please login.');
});

test('why a login ended is told', () => {
  assert.match(endedText('refresh_token_expired'), /has expired/);
  assert.match(endedText('invalid_refresh_token'), /no longer accepts/);
});

test('a form is looked at before it is sent', () => {
  /** @param {'register' | 'login'} purpose @param {string} username @param {string} password */
  const fields = (purpose, username, password) =>
    formProblem(purpose, { username, password })?.fields;
  assert.deepEqual(fields('login', ' ', 'password'), ['username']);
  assert.deepEqual(fields('login', 'ann', ''), ['password']);
  assert.deepEqual(fields('register', '', ''), ['username', 'password']);
  assert.deepEqual(fields('register', 'ann', '🔑'.repeat(7)), ['password']);
  assert.equal(fields('register', 'ann', '🔑'.repeat(8)), undefined);
  assert.equal(fields('login', 'ann', 'short'), undefined);
});

test('a life is told in minutes and seconds', () => {
  assert.equal(lifetimeText(900), '15 min 0 s left');
  assert.equal(lifetimeText(61.2), '1 min 2 s left');
  assert.equal(lifetimeText(0.1), '1 s left');
  assert.equal(lifetimeText(0), 'expired, renewed at the next use');
});

test('the picture shows the first letter', () => {
  assert.deepEqual(['ann', ' 名前', '🔑x', ''].map(initialOf), ['A', '名', '🔑', '?']);
});

test('what can be mended has a button for it', () => {
  /** @type {[Partial<import('../../../extension/src/protocol.js').Problem>, string[]][]} */
  const cases = [
    [{ kind: 'not_allowed' }, ['allow', 'options']],
    [{ kind: 'foreign' }, ['options']],
    [{ kind: 'unavailable', status: 502 }, ['retry']],
    [{ kind: 'refused', status: 503 }, ['retry']],
    [{ kind: 'refused', status: 404 }, ['options']],
    [{ kind: 'storage' }, ['reset']],
    [{ kind: 'refused', status: 401 }, []],
  ];
  for (const [problem, remedies] of cases) {
    assert.deepEqual(remediesFor({ kind: 'refused', baseUrl: BASE, ...problem }), remedies);
  }
});
