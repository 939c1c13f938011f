import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASE } from '../../../clients/js/test/kit.js';
import {
  emailText, endedText, eventText, explain, factorsText, formProblem, initialOf, lifetimeText, loggedInText, momentText, remediesFor,
  waitText,
} from '../../../extension/src/texts.js';
import { speak } from './english.js';

/** @param {Partial<import('../../../extension/src/protocol.js').Problem>} problem */
const refused = (problem) => explain({ kind: 'refused', baseUrl: BASE, ...problem });

test('a validation error is told field by field', () => {
  const errors = { username: ['Too long.'], password: ['Too short.', 'Odd.'] };
  assert.equal(refused({ status: 422, errors }), 'Username: Too long. Password: Too short. Odd.');
  const named = { username: ['Username must be short.'] };
  assert.equal(refused({ status: 422, errors: named }), 'Username must be short.');
  assert.equal(refused({ status: 422, message: 'Wrong.', errors: {} }), 'Wrong.');
  /** @param {string} text */
  const ofNew = (text) => refused({ status: 422, errors: { new_password: [text] } });
  assert.equal(ofNew('Password must be longer.'), 'Password must be longer.');
  assert.equal(ofNew('Too common.'), 'New password: Too common.');
});

test('what the service says about a field is told in German, unless it is new', () => {
  speak('de');
  /** @param {string[]} password */
  const told = (password) => refused({ status: 422, errors: { password } });
  const short = 'Password must be at least 8 characters long.';
  assert.equal(told([short]), 'Das Passwort muss mindestens 8 Zeichen lang sein.');
  assert.equal(told(['Too odd.']), 'Password: Too odd.');
  assert.equal(told([short, 'Too odd.']), `${short} Too odd.`);
  speak('en');
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
  assert.equal(refused({ status: 400 }), 'The server refused the request without giving a reason.');
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
  assert.equal(lifetimeText(0), 'expired, will be renewed when it is needed');
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

test('which address the account has is told', () => {
  assert.equal(emailText({ email: null, pendingEmail: null }), 'You have not given an address.');
  assert.equal(emailText({ email: null, pendingEmail: 'a@b.example' }), 'The address is not verified yet.');
  assert.equal(emailText({ email: 'a@b.example', pendingEmail: null }), 'a@b.example is verified.');
  assert.match(emailText({ email: 'a@b.example', pendingEmail: 'c@b.example' }), /stays in use until/);
});

test('what a login asks for beside the password is told', () => {
  const off = { on: false, totp: null, codesLeft: 0, passkeysRequired: false, passkeys: [] };
  assert.match(factorsText(off), /^Off/);
  const both = { ...off, on: true, totp: { since: '2026-01-02T10:00:00Z' }, passkeysRequired: true, codesLeft: 1 };
  assert.match(factorsText(both), /app set up on .*2026.* passkey is required .* 1 recovery code left\.$/);
  assert.match(factorsText({ ...off, on: true }), /create new ones/);
});

test('an event of a newer server is told in its own words', () => {
  assert.equal(eventText('login_failed'), 'Login failed');
  assert.equal(eventText('moon_landed'), 'Moon landed');
});

test('the browser\'s language is spoken, with its dates and numbers', () => {
  try {
    speak('de', 'de-AT');
    assert.equal(refused({ status: 401, code: 'user_exists', message: 'User already exists.' }), 'Dieser Benutzer existiert bereits.');
    assert.equal(refused({ status: 401, code: 'of_tomorrow', message: 'New.' }), 'New.');
    assert.match(refused({ status: 429, retryAfter: 125 }), /in 2 Minuten 5 Sekunden erneut\.$/);
    assert.match(momentText('2026-03-02T10:00:00Z'), /02\.03\.2026|2\. (März|3\.) ?2026/);
    assert.match(loggedInText(1), /Noch 1 Code übrig\.$/);
    assert.match(loggedInText(7), /Noch 7 Codes übrig\.$/);
    assert.equal(eventText('logged_out'), 'Abgemeldet');
    speak('en', 'fr');
    assert.match(momentText('2026-03-02T10:00:00Z'), /Mar 2, 2026/);
    speak('en', 'en-GB');
    assert.match(momentText('2026-03-02T10:00:00Z'), /2 Mar 2026/);
  } finally {
    speak('en');
  }
});
