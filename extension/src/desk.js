/**
 * The worker's desk: takes what the pages ask, hands it to the client, answers with plain data.
 */
import { DEFAULT_ADDRESS, parseAddress } from './address.js';
import { ApiError, readAnswer, send } from './api.js';
import { item } from './store.js';

/** @typedef {import('./messages.js').Request} Request */
/** @typedef {import('./messages.js').Reply} Reply */
/** @typedef {import('./messages.js').State} State */
/** @typedef {import('./client.js').AuthClient} AuthClient */

/** @typedef {{message?: string, told?: boolean}} Outcome */

const CHECK_MS = 8000;

/**
 * @param {object} parts
 * @param {import('./store.js').Areas} parts.areas
 * @param {typeof globalThis.fetch} parts.fetch
 * @param {(baseUrl: string, onChange: () => void) => AuthClient} parts.clientFor
 * @param {(pattern: string) => Promise<boolean>} parts.mayReach
 * @param {(state: State) => void} parts.announce
 */
export function createDesk({ areas, fetch, clientFor, mayReach, announce }) {
  /** @type {ReturnType<typeof item<string>>} */
  const address = item(areas.local, 'address');
  /** @type {ReturnType<typeof item<boolean>>} */
  const keep = item(areas.local, 'keep');

  /** Made anew for each request: a worker may be gone between two of them. */
  async function client() {
    return clientFor((await address.get()) ?? DEFAULT_ADDRESS, tellPages);
  }

  async function state() {
    return { ...(await (await client()).state()), keep: (await keep.get()) ?? true };
  }

  async function tellPages() {
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

  /** Tokens of one API are of no use at another: moving on ends the login. @param {string} baseUrl */
  async function save(baseUrl) {
    const before = await client();
    const moved = (await before.state()).baseUrl !== baseUrl;
    await address.set(baseUrl);
    if (moved) await before.logout();
    await tellPages();
    return {};
  }

  /**
   * That nobody answers may be the browser's doing.
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

  return { handle, settle: async () => (await client()).settle() };
}

/** @param {string} text */
function baseUrlOf(text) {
  const address = parseAddress(text);
  if (!address) throw new ApiError({ kind: 'no_address', baseUrl: text });
  return address.baseUrl;
}
