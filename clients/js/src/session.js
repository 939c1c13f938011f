/**
 * One login and its tokens. Two locks protect it: `authapi.refresh` lets one refresh run at a time,
 * across pages and workers; `authapi.state` is held only while the storage is changed, so that a logout
 * never waits for a slow server, and always wins against a refresh under way.
 */
import { ApiError } from './errors.js';
import { isFresh, subjectOf, tokensIn } from './tokens.js';

/** @typedef {import('./store.js').Grant} Grant */
/** @typedef {import('./store.js').PendingLogout} PendingLogout */
/** @typedef {import('./tokens.js').Tokens} Tokens */
/** @typedef {(path: string, body: unknown, key: string) => Promise<import('./api.js').Answer>} Post */

/** The error codes (with status 400) of a refresh that end the login. */
const ENDING_CODES = ['invalid_refresh_token', 'refresh_token_expired'];

/**
 * @param {object} parts
 * @param {string} parts.baseUrl
 * @param {Post} parts.post
 * @param {ReturnType<typeof import('./store.js').createStore>} parts.store
 * @param {ReturnType<typeof import('./pendingLogouts.js').createPendingLogouts>} parts.pendingLogouts
 * @param {import('./locks.js').Lock} parts.lock
 * @param {() => number} parts.now
 * @param {() => string} parts.random
 * @param {() => void} parts.onChange
 */
export function createSession(parts) {
  const { baseUrl, post, store, pendingLogouts, lock, now, random, onChange } = parts;

  /** @type {<T>(work: () => Promise<T>) => Promise<T>} */
  const state = (work) => lock('authapi.state', work);

  /** Returns the stored login, unless it belongs to another address. */
  async function read() {
    const grant = await store.grant.get();
    if (grant?.baseUrl !== baseUrl) return {};
    const access = await store.access.get();
    return { grant, access: access?.id === grant.id ? access : undefined };
  }

  /** @param {Pick<Grant, 'id' | 'username' | 'keep'>} grant @param {Tokens} tokens */
  async function write({ id, username, keep }, tokens) {
    await store.grant.set({ id, baseUrl, username, keep, token: tokens.refresh });
    const { access: token, lifetime } = tokens;
    await store.access.set({ id, token, lifetime, receivedAt: now() });
  }

  /**
   * Forgets the login. The pending logout is stored first, because the browser may end a worker between
   * any two lines.
   * @param {string} [successor] a refresh token that is about to be stored, whose session goes on
   * @returns {Promise<PendingLogout | undefined>} the logout to send, if there is one
   */
  async function discard(successor) {
    const grant = await store.grant.get().catch(() => undefined);
    const ended = grant && grant.token !== successor ? { baseUrl: grant.baseUrl, token: grant.token } : undefined;
    if (grant && ended) await pendingLogouts.add(ended, grant.keep);
    await forget(successor ? [] : [store.authentication, store.secondStep]);
    return ended;
  }

  /** Removes what can be removed, even when one of the removals fails. @param {{remove: () => Promise<void>}[]} more */
  async function forget(more) {
    const items = [store.access, store.grant, store.ended, ...more];
    const outcomes = await Promise.allSettled(items.map((item) => item.remove()));
    const failed = outcomes.find(({ status }) => status === 'rejected');
    if (failed) throw /** @type {PromiseRejectedResult} */ (failed).reason;
  }

  /**
   * Stores a new login; the previous one ends.
   * @param {import('./api.js').Answer} answer
   * @param {{username: string, keep: boolean}} login
   */
  async function open(answer, { username, keep }) {
    const tokens = tokensIn(answer, baseUrl);
    const name = subjectOf(tokens.access) ?? username;
    const ended = await state(async () => {
      const before = await discard(tokens.refresh);
      await write({ id: random(), username: name, keep }, tokens);
      await store.secondStep.remove();
      return before;
    });
    onChange();
    if (ended) void pendingLogouts.deliver(ended);
  }

  /**
   * Forgets the login. Even if the storage fails, the logout to send is returned, so that the session
   * ends at the server.
   * @returns {Promise<{ended?: PendingLogout | undefined, error?: unknown}>} `error`: of the storage
   */
  async function close() {
    const { grant } = await store.grant.get().then((found) => ({ grant: found }), () => ({ grant: undefined }));
    try {
      return { ended: await state(() => discard()) };
    } catch (error) {
      return { ended: grant && { baseUrl: grant.baseUrl, token: grant.token }, error };
    } finally {
      onChange();
    }
  }

  /**
   * Stores new tokens that came with an answer. The previous refresh token stays valid; it is kept, and
   * only the access token replaced, when a refresh has used it meanwhile or is under way.
   * @param {Grant} before the login when the request was sent
   * @param {Omit<Tokens, 'refresh'> & {refresh?: string | undefined}} tokens
   */
  async function renew(before, { access: token, refresh, lifetime }) {
    await state(async () => {
      const { grant } = await read();
      if (grant?.id !== before.id) throw signedOut();
      const isSame = grant.token === before.token && grant.key === undefined;
      if (refresh !== undefined && isSame) await write(grant, { access: token, refresh, lifetime });
      else await store.access.set({ id: grant.id, token, lifetime, receivedAt: now() });
    });
    onChange();
  }

  /**
   * Returns a fresh access token.
   * @param {string} [stale] a token that the server has just refused, which is not to be returned
   * @returns {Promise<string>}
   * @throws {ApiError}
   */
  async function token(stale) {
    const { access } = await state(read);
    if (access && access.token !== stale && isFresh(access, now())) return access.token;
    return lock('authapi.refresh', () => refresh(stale));
  }

  /** @param {string} [stale] */
  async function refresh(stale) {
    const { access, grant } = await prepare(stale);
    if (grant === undefined) return access;
    try {
      const answer = await post('/refresh', { refresh_token: grant.token }, grant.key);
      return await adopt(grant, tokensIn(answer, baseUrl));
    } catch (error) {
      throw isEnding(error) ? await end(grant, error) : error;
    }
  }

  /**
   * Reads the login again, since another tab may have refreshed while we waited for the lock, and stores
   * the Idempotency-Key before the request is sent: whatever happens then, the next refresh repeats it.
   * @param {string} [stale]
   * @returns {Promise<{access: string, grant?: undefined} | {grant: Grant & {key: string}, access?: undefined}>}
   */
  function prepare(stale) {
    return state(async () => {
      const { grant, access } = await read();
      if (!grant) throw signedOut();
      if (access && access.token !== stale && isFresh(access, now())) return { access: access.token };
      const marked = { ...grant, key: grant.key ?? random() };
      await store.grant.set(marked);
      return { grant: marked };
    });
  }

  /**
   * Stores the tokens of a refresh. If the login ended meanwhile, ends their session instead.
   * @param {Grant} grant
   * @param {Tokens} tokens
   */
  async function adopt(grant, tokens) {
    const adopted = await state(async () => {
      const { grant: latest } = await read();
      if (latest?.id !== grant.id) {
        await pendingLogouts.add({ baseUrl, token: tokens.refresh }, grant.keep);
        return false;
      }
      if (latest.token === grant.token) await write(grant, tokens);
      return true;
    });
    if (!adopted) {
      void pendingLogouts.deliver({ baseUrl, token: tokens.refresh });
      throw signedOut();
    }
    onChange();
    return tokens.access;
  }

  /**
   * Forgets a login that the server has ended, and stores why.
   * @param {Grant} grant
   * @param {ApiError} error
   */
  async function end(grant, error) {
    const ours = await state(async () => {
      const { grant: latest } = await read();
      if (latest?.id !== grant.id || latest.token !== grant.token) return false;
      await forget([store.authentication]);
      await store.ended.set(String(error.problem.code));
      return true;
    });
    if (!ours) return signedOut();
    onChange();
    return new ApiError({ ...error.problem, kind: 'session_ended' });
  }

  /** @returns {ApiError} */
  const signedOut = () => new ApiError({ kind: 'signed_out', baseUrl });

  return { open, close, renew, token, read: () => state(read) };
}

/** @param {unknown} error @returns {error is ApiError} */
function isEnding(error) {
  if (!(error instanceof ApiError)) return false;
  const { kind, status, code } = error.problem;
  return kind === 'refused' && status === 400 && ENDING_CODES.includes(String(code));
}
