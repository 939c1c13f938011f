/**
 * Helpers of the unit tests: a service in memory, a clock, and a storage that tests can read.
 */
import { createAuthClient } from '../src/client.js';
import { memoryArea } from '../src/store.js';

export const BASE = 'https://api.test';

/** @param {number} status @param {unknown} body @param {Record<string, string>} [headers] */
export function json(status, body, headers = {}) {
  const all = { 'content-type': 'application/json', ...headers };
  return new Response(JSON.stringify(body), { status, headers: all });
}

/** @param {number} status @param {string} code @param {Record<string, string>} [headers] */
export const failure = (status, code, headers) =>
  json(status, { status: 'error', code, message: `Message of ${code}.` }, headers);

/** The answer to the correct password of an account with a second factor. @param {object} [more] */
export const secondFactorRequired = (more = {}) =>
  json(401, {
    status: 'error',
    code: 'second_factor_required',
    message: 'This account has a second step.',
    mfa_token: 'an-mfa-token',
    expires_in: 300,
    factors: ['totp', 'recovery_code'],
    ...more,
  });

/** An unsigned JWT. @param {object} claims */
export function jwt(claims) {
  const part = (/** @type {object} */ value) =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.x`;
}

/** @typedef {{path: string, origin: string, body: any, key: string | null, token: string | null}} Seen */

/**
 * A service that hands out numbered tokens; `answers` replaces the next answers for a path.
 */
export function createService() {
  let generation = 0;
  /** @type {Seen[]} */
  const seen = [];
  /** @type {Record<string, (() => Response | Promise<Response>)[]>} */
  const answers = {};

  const tokens = () => {
    generation += 1;
    return json(200, {
      status: 'ok',
      access_token: jwt({ sub: 'Ann', n: generation }),
      refresh_token: `refresh-${generation}`,
      expires_in: 900,
    });
  };

  /** @type {Record<string, () => Response>} */
  const usual = {
    '/register': () => json(200, { status: 'ok', message: 'User registered successfully.' }),
    '/authenticate': tokens,
    '/authenticate/second': tokens,
    '/reauthenticate': () => json(200, { status: 'ok', access_token: jwt({ sub: 'Ann', fresh: true }), expires_in: 900 }),
    '/refresh': tokens,
    '/logout': () => json(200, { status: 'ok', message: 'Logged out successfully.' }),
    '/protected': () => json(200, { status: 'ok', message: 'Hello, Ann!' }),
    '/healthz': () => json(200, { status: 'ok', service: 'authapi' }),
  };

  /** @type {typeof globalThis.fetch} */
  const fetch = async (input, init = {}) => {
    const { pathname: path, origin } = new URL(input instanceof Request ? input.url : String(input));
    const headers = new Headers(init.headers);
    const body = input instanceof Request ? await input.text() : init.body;
    seen.push({
      path,
      origin,
      body: body ? JSON.parse(String(body)) : undefined,
      key: headers.get('idempotency-key'),
      token: headers.get('authorization'),
    });
    const next = answers[path]?.shift() ?? usual[path];
    return next();
  };

  return {
    fetch,
    seen,
    /** @param {string} path @param {() => Response | Promise<Response>} answer */
    next(path, answer) {
      (answers[path] ??= []).push(answer);
    },
    /** @param {string} path */
    to: (path) => seen.filter((request) => request.path === path),
  };
}

/** Sets up a client with a service in memory; `make` creates more clients on the same storage. */
export function setUp() {
  const service = createService();
  const storage = { session: memoryArea(), local: memoryArea() };
  const clock = { now: 1_000_000_000 };
  /** @type {number[]} */
  const slept = [];
  let count = 0;
  const make = (more = {}) =>
    createAuthClient({
      baseUrl: BASE,
      fetch: service.fetch,
      storage,
      now: () => clock.now,
      sleep: async (milliseconds) => void slept.push(milliseconds),
      random: () => `a-random-number-${(count += 1)}`,
      ...more,
    });
  return { service, storage, clock, slept, make, client: make() };
}

export const offline = () => Promise.reject(new TypeError('Failed to fetch'));

/** Holds an answer back: `arrived` resolves by `arrive()`, when the request came; `opened` by `open()`. */
export function gate() {
  /** @type {(value?: unknown) => void} */
  let open = () => undefined;
  /** @type {(value?: unknown) => void} */
  let arrive = () => undefined;
  const opened = new Promise((resolve) => (open = resolve));
  const arrived = new Promise((resolve) => (arrive = resolve));
  return { open, opened, arrive, arrived };
}

/**
 * Whether an error is an `ApiError` of a kind.
 * @param {string} kind
 * @returns {(error: any) => boolean}
 */
export const problem = (kind) => (error) => error.problem?.kind === kind;
