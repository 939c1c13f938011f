/**
 * A service that expects exactly the requests of a vector's exchanges, and gives their answers.
 */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';

export const BASE = 'https://api.test';

/** Fails for a member of a vector that the test does not know. @param {object} given @param {string[]} known */
export const only = (given, known) => assert.deepEqual(Object.keys(given).filter((key) => !known.includes(key)), []);

/** @param {Record<string, any>} answers by name */
export function scripted(answers) {
  /** @type {any[]} */
  let expected = [];
  /** The Idempotency-Keys, by their name in the vector. @type {Map<string, string>} */
  const keys = new Map();
  /** @type {unknown[]} */
  const problems = [];

  /** @param {string} key @param {string} name */
  function nameOf(key, name) {
    const known = [...keys].find(([, value]) => value === key);
    if (known) return known[0];
    if (!keys.has(name) && /^.{16,128}$/.test(key)) keys.set(name, key);
    return keys.get(name) === key ? name : key;
  }

  /** @type {typeof globalThis.fetch} */
  const fetch = async (input, init = {}) => {
    const { answer: name, ...wanted } = expected.shift() ?? {};
    const headers = new Headers(init.headers);
    const all = {
      path: new URL(String(input)).pathname,
      body: init.body && JSON.parse(String(init.body)),
      token: headers.get('authorization')?.replace('Bearer ', ''),
      key: 'key' in wanted && nameOf(headers.get('idempotency-key') ?? '', wanted.key),
    };
    const seen = Object.fromEntries(Object.entries(all).filter(([key]) => key in wanted));
    if (!name || !isDeepStrictEqual(seen, wanted)) problems.push({ seen: all, wanted });
    const { lost, status, headers: more, body, text, ...rest } = answers[name] ?? { lost: true };
    only(rest, []);
    if (lost) throw new TypeError('lost');
    const type = { 'content-type': 'application/json', ...lowered(more) };
    return new Response(text ?? JSON.stringify(body), { status, headers: type });
  };

  return {
    fetch,
    /** Sets the exchanges that come next. @param {any[]} exchanges */
    expect(exchanges) {
      for (const exchange of exchanges) only(exchange, ['path', 'body', 'key', 'token', 'answer']);
      expected = [...exchanges];
    },
    /** Checks that all expected requests came, and no others. */
    finish() {
      assert.deepEqual(problems, []);
      assert.deepEqual(expected, [], 'these requests did not come');
    },
  };
}

/** @param {Record<string, string>} headers */
const lowered = (headers = {}) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
