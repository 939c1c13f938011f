/**
 * Logging in to authapi from a web page. Copy this file and api.js; they need nothing else.
 *
 * Where the tokens are:
 * - The access token is in memory, and nowhere else.
 * - The refresh token is in `sessionStorage`: a reload keeps the login, closing the tab ends it. It is
 *   never in `localStorage` or IndexedDB, which outlive the browser, nor in a cookie, which goes along
 *   with requests that nobody meant to send.
 * - The tabs of a login tell each other of new tokens over a `BroadcastChannel`, which writes nothing.
 * A script that an attacker brings into the page can read all of that, wherever a page keeps it:
 * a Content-Security-Policy without foreign or inline scripts, as in index.html, has to keep it out.
 *
 * Web Locks and `crypto.randomUUID` are there on https and on this computer only, as they should.
 */

import { AuthError, postTo, reach } from './api.js';

/** @typedef {{id: string, username: string, turn: number, refreshToken: string, key?: string}} Login
 *  `turn` counts refreshes, `key` is the Idempotency-Key of one that may be under way. */
/** @typedef {{token: string, freshUntil: number}} Access `freshUntil` in this computer's milliseconds */
/** @typedef {{say: 'have' | 'login', login: Login | null, access: Access | null, to?: string}
 *   | {say: 'ask', nonce: string} | {say: 'logout', id: string}} Message */

const STORED = 'authapi.login';
const TAB = 'authapi.tab.';
const PATIENCE_MS = 500;
const STALE = ['token_expired', 'invalid_token'];
const ENDED = ['invalid_refresh_token', 'refresh_token_expired'];

/**
 * @param {string} api the service's address, without a slash at its end
 * @param {() => void} onChange called when somebody logged in or out, in whichever tab
 */
export function createAuth(api, onChange = () => undefined) {
  /** @type {Login | null} */
  let login = JSON.parse(sessionStorage.getItem(STORED) ?? 'null');
  /** @type {Access | null} */
  let access = null;
  const channel = new BroadcastChannel('authapi');
  /** @type {Map<string, () => void>} */
  const questions = new Map();
  const here = present();

  channel.onmessage = ({ data }) => hear(data);

  /** @param {string} username @param {string} password */
  async function register(username, password) {
    await post('/register', { username, password }, crypto.randomUUID());
  }

  /** @param {string} username @param {string} password */
  async function logIn(username, password) {
    const answer = await post('/authenticate', { username, password });
    take({ id: crypto.randomUUID(), username, turn: 0, refreshToken: answer.refresh_token }, answer);
    tell('login');
  }

  /** Ends the login in every tab at once, then at the server. */
  async function logOut() {
    const ending = login;
    if (!ending) return;
    channel.postMessage({ say: 'logout', id: ending.id });
    forget();
    await post('/logout', { refresh_token: ending.refreshToken });
  }

  /**
   * Like `fetch`, with a token that is renewed when it has expired.
   * @param {string} path of the API, such as `/protected`
   * @param {RequestInit} [init] its body must be one that can be sent twice
   */
  async function authorizedFetch(path, init = {}) {
    if (!path.startsWith('/')) throw new TypeError(`not a path of the API: ${path}`);
    const used = await token();
    const response = await send(path, init, used);
    if (response.status !== 401) return response;
    const { code } = await response.clone().json().catch(() => ({}));
    return STALE.includes(code) ? send(path, init, await token(used)) : response;
  }

  /** A token that is good now; `stale` is one that was just refused. @param {string} [stale] */
  async function token(stale) {
    return usable(stale) ?? navigator.locks.request('authapi.refresh', () => refresh(stale));
  }

  /** @param {string} [stale] */
  function usable(stale) {
    return access && access.token !== stale && Date.now() < access.freshUntil ? access.token : null;
  }

  /** Run by one tab at a time. The key is kept before the request goes out. @param {string} [stale] @returns {Promise<string>} */
  async function refresh(stale) {
    await hearOthers();
    const found = usable(stale);
    if (found) return found;
    if (!login) throw loggedOut();
    const old = { ...login, key: login.key ?? crypto.randomUUID() };
    keep(old);
    tell('have');
    const answer = await refreshed(old);
    const next = { id: old.id, username: old.username, turn: old.turn + 1, refreshToken: answer.refresh_token };
    if (login?.id !== old.id) {
      await post('/logout', { refresh_token: next.refreshToken });
      throw loggedOut();
    }
    take(next, answer);
    tell('have');
    return answer.access_token;
  }

  /** @param {Login} old */
  async function refreshed(old) {
    try {
      return await post('/refresh', { refresh_token: old.refreshToken }, old.key);
    } catch (error) {
      if (!(error instanceof AuthError) || !ENDED.includes(error.code)) throw error;
      if (login?.id === old.id) forget();
      throw loggedOut('Your session has ended. Please log in again.');
    }
  }

  /** @param {Login} next @param {{access_token: string, expires_in: number}} answer */
  function take(next, answer) {
    const life = answer.expires_in * 1000;
    access = { token: answer.access_token, freshUntil: Date.now() + life - Math.min(10_000, life / 10) };
    keep(next);
    onChange();
  }

  /** @param {Login} next */
  function keep(next) {
    login = next;
    sessionStorage.setItem(STORED, JSON.stringify(next));
  }

  function forget() {
    login = access = null;
    sessionStorage.removeItem(STORED);
    onChange();
  }

  /** @param {'have' | 'login'} say @param {string} [to] */
  function tell(say, to) {
    channel.postMessage({ say, login, access, ...(to !== undefined && { to }) });
  }

  /** @param {Message} message */
  function hear(message) {
    if (message.say === 'ask') tell('have', message.nonce);
    else if (message.say === 'logout') {
      if (message.id === login?.id) forget();
    } else {
      if (message.login && (message.say === 'login' || isNewer(message.login))) {
        access = message.access;
        keep(message.login);
        onChange();
      }
      if (message.to) questions.get(message.to)?.();
    }
  }

  /** @param {Login} other */
  function isNewer(other) {
    if (!login) return true;
    if (other.id !== login.id || other.turn < login.turn) return false;
    return other.turn > login.turn || (other.key !== undefined && login.key === undefined);
  }

  /** Asks the other tabs, and waits until each has said what it has. */
  async function hearOthers() {
    await here;
    const { held = [] } = await navigator.locks.query();
    let missing = held.filter(({ name }) => name?.startsWith(TAB)).length - 1;
    if (missing < 1) return;
    const nonce = crypto.randomUUID();
    await new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
      setTimeout(resolve, PATIENCE_MS); // a tab that hangs
      questions.set(nonce, () => void (--missing || resolve()));
      channel.postMessage({ say: 'ask', nonce });
    });
    questions.delete(nonce);
  }

  /** @param {string} path @param {object} body @param {string} [key] */
  const post = (path, body, key) => postTo(api + path, body, key);

  /** @param {string} path @param {RequestInit} init @param {string} bearer */
  function send(path, init, bearer) {
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${bearer}`);
    return reach(api + path, { ...init, headers });
  }

  return {
    register,
    logIn,
    logOut,
    fetch: authorizedFetch,
    /** Who is logged in, if anybody. */
    username: () => login?.username ?? null,
    /** Done when the other tabs were asked whether somebody is logged in. */
    ready: login ? Promise.resolve() : hearOthers(),
  };
}

/** Holds a lock as long as this tab lives, so that others can count the tabs. @returns {Promise<void>} */
function present() {
  return new Promise((held) => {
    void navigator.locks.request(TAB + crypto.randomUUID(), () => {
      held();
      return new Promise(() => undefined);
    });
  });
}

const loggedOut = (text = 'Please log in.') => new AuthError('logged_out', text);
