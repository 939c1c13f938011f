/**
 * Answers the requests of the extension's pages. Runs in the worker; replies are plain data without tokens.
 */
import { DEFAULT_ADDRESS, parseAddress } from './address.js';
import { ApiError, readAnswer, send } from './api.js';
import { item } from './store.js';

/** @typedef {import('./protocol.js').Request} Request */
/** @typedef {import('./protocol.js').Reply} Reply */
/** @typedef {import('./protocol.js').State} State */
/** @typedef {import('./client.js').AuthClient} AuthClient */

/** @typedef {{message?: string, serverNotified?: boolean}} Outcome */

const CHECK_MS = 8000;

/**
 * @param {object} parts
 * @param {import('./store.js').Areas} parts.areas
 * @param {typeof globalThis.fetch} parts.fetch
 * @param {(baseUrl: string, onChange: () => void) => AuthClient} parts.clientFor
 * @param {(pattern: string) => Promise<boolean>} parts.mayReach
 * @param {(state: State) => void} parts.announce
 */
export function createRequestHandlers({ areas, fetch, clientFor, mayReach, announce }) {
  /** @type {ReturnType<typeof item<string>>} */
  const address = item(areas.local, 'address');
  /** @type {ReturnType<typeof item<boolean>>} */
  const keep = item(areas.local, 'keep');

  /** Created for each request, because the browser may end the worker between two requests. */
  async function client() {
    return clientFor((await address.get()) ?? DEFAULT_ADDRESS, announceState);
  }

  async function state() {
    return { ...(await (await client()).state()), keep: (await keep.get()) ?? true };
  }

  async function announceState() {
    announce(await state());
  }

  /** @type {{[T in Request['type']]: (request: Extract<Request, {type: T}>) => Promise<Outcome>}} */
  const handlers = {
    state: async () => ({}),
    register: async ({ username, password }) => {
      await (await client()).register(username, password);
      return {};
    },
    login: async (request) => {
      await keep.set(request.keep);
      await (await client()).authenticate(request.username, request.password, request);
      return {};
    },
    access: async () => {
      const mine = await client();
      const response = await mine.fetch('/protected');
      const { message } = await readAnswer(response, (await mine.state()).baseUrl);
      return { message: String(message) };
    },
    logout: async () => (await client()).logout(),
    check: async ({ address: text }) => check(baseUrlOf(text)),
    save: async ({ address: text }) => save(baseUrlOf(text)),
  };

  /** @param {string} baseUrl */
  async function check(baseUrl) {
    const { service } = await send({ baseUrl, fetch, timeoutMs: CHECK_MS }, '/healthz');
    if (service !== 'authapi') throw new ApiError({ kind: 'foreign', baseUrl });
    return {};
  }

  /** Saving another address ends the login: tokens are valid at one API only. @param {string} baseUrl */
  async function save(baseUrl) {
    const before = await client();
    const moved = (await before.state()).baseUrl !== baseUrl;
    await address.set(baseUrl);
    if (moved) await before.logout();
    await announceState();
    return {};
  }

  /**
   * Turns an error into plain data. No answer can also mean that the host permission is missing.
   * @param {unknown} error
   * @returns {Promise<import('./api.js').Problem>}
   */
  async function problemOf(error) {
    if (!(error instanceof ApiError)) return { kind: 'fault', baseUrl: '', message: String(error) };
    const { problem } = error;
    const pattern = parseAddress(problem.baseUrl)?.pattern ?? '';
    const blocked = problem.kind === 'offline' && !(await mayReach(pattern));
    return blocked ? { ...problem, kind: 'not_allowed' } : problem;
  }

  /** @param {Request} request @returns {Promise<Reply>} */
  async function handle(request) {
    try {
      const handler = /** @type {(request: Request) => Promise<Outcome>} */ (handlers[request.type]);
      const outcome = await handler(request);
      return { ok: true, ...outcome, state: await state() };
    } catch (error) {
      return { ok: false, problem: await problemOf(error), state: await state() };
    }
  }

  return { handle, deliverPendingLogouts: async () => (await client()).deliverPendingLogouts() };
}

/** @param {string} text */
function baseUrlOf(text) {
  const address = parseAddress(text);
  if (!address) throw new ApiError({ kind: 'no_address', baseUrl: text });
  return address.baseUrl;
}
