/**
 * Handles the messages of the extension's pages, in the worker. Replies are plain data without tokens.
 */
import { send } from '../client/api.js';
import { ApiError } from '../client/errors.js';
import { createStore } from '../client/store.js';
import { createAccountHandlers } from './accountHandlers.js';
import { DEFAULT_ADDRESS, parseAddress } from './address.js';
import { RequestError } from './protocol.js';
import { createSettings } from './settings.js';

/** @typedef {import('./address.js').Address} Address */
/** @typedef {import('./protocol.js').Problem} Problem */
/** @typedef {import('./protocol.js').Request} Request */
/** @typedef {import('./protocol.js').Reply} Reply */
/** @typedef {import('./protocol.js').State} State */
/** @typedef {import('../client/client.js').AuthClient} AuthClient */

/** @typedef {{message?: string, serverNotified?: boolean, data?: unknown}} Outcome */

const CHECK_MS = 8000;

/** @type {import('./offers.js').Offered} */
const NOTHING_OFFERED = { forgotPage: null, passkeys: false, totp: false, email: 'off' };

/** The state while the storage cannot be read. @type {State} */
const UNKNOWN_STATE = {
  baseUrl: DEFAULT_ADDRESS,
  username: null,
  secondsLeft: 0,
  lifetime: 0,
  ended: null,
  secondStep: null,
  keep: true,
  lastUsername: '',
  insecure: false,
  allowInsecure: false,
  managed: false,
};

/**
 * @param {object} parts
 * @param {import('../client/store.js').Areas} parts.areas
 * @param {() => Promise<void>} parts.clearStorage
 * @param {() => Promise<unknown>} [parts.managedAddress]
 * @param {typeof globalThis.fetch} parts.fetch
 * @param {(options: {baseUrl: string, allowInsecure: boolean, onChange: () => unknown}) => AuthClient} parts.clientFor
 * @param {import('./hostPermissions.js').HostPermissions} parts.permissions
 * @param {(state: State) => unknown} parts.announce
 */
export function createRequestHandlers({ areas, clearStorage, managedAddress, fetch, clientFor, permissions, announce }) {
  const settings = createSettings(areas, managedAddress ?? (async () => undefined));
  const store = createStore(areas);
  /** Clients by address, so that requests to one address share a refresh under way. @type {Map<string, AuthClient>} */
  const clients = new Map();
  /** The delivery of pending logouts that is under way. @type {Promise<void> | undefined} */
  let delivery;
  let anotherPass = false;

  async function client() {
    const { baseUrl, allowInsecure } = await settings.getAddress();
    const name = `${allowInsecure} ${baseUrl}`;
    const found = clients.get(name) ?? clientFor({ baseUrl, allowInsecure, onChange: announceState });
    clients.set(name, found);
    return found;
  }

  /** @returns {Promise<State>} */
  async function state() {
    const { insecure, allowInsecure, managed } = await settings.getAddress();
    const [keep, lastUsername] = [await settings.keep.get(), await settings.lastUsername.get()];
    return { ...(await (await client()).state()), keep, lastUsername, insecure, allowInsecure, managed };
  }

  async function announceState() {
    announce(await state());
  }

  /** @type {{[T in Request['type']]: (request: Extract<Request, {type: T}>) => Promise<Outcome>}} */
  const handlers = {
    state: async () => ({}),
    offers: async () => ({ data: await offers() }),
    register: async ({ username, password }) => {
      await (await client()).register(username, password);
      return {};
    },
    login,
    secondStep: ({ code }) => logIn((mine) => mine.secondStep(code)),
    cancelSecondStep: async () => {
      await (await client()).cancelSecondStep();
      return {};
    },
    passkeyOptions: async () => ({ data: await (await client()).passkeyOptions() }),
    passkey: async ({ ceremony, credential }) => {
      const keep = await settings.keep.get();
      return logIn((mine) => mine.authenticateByPasskey({ ceremony, credential: JSON.parse(credential) }, { keep }));
    },
    access: async () => ({ message: String((await (await client()).send('GET', '/protected')).message) }),
    ...createAccountHandlers({
      client, offers: () => offers().catch(() => NOTHING_OFFERED), forgetUsername: () => settings.lastUsername.set('', false),
    }),
    logout: async () => (await client()).logout(),
    reset,
    check: async ({ address: text }) => {
      const { baseUrl, pattern } = addressOf(text);
      await check(baseUrl).finally(() => releaseHosts([pattern]));
      return {};
    },
    save,
  };

  /** @param {Extract<Request, {type: 'login'}>} request @returns {Promise<Outcome>} */
  async function login({ username, password, keep }) {
    await settings.keep.set(keep);
    return logIn((mine) => mine.authenticate(username, password, { keep }));
  }

  /**
   * Runs the step that opens a session. If the user changes the address meanwhile, the session is ended.
   * @param {(client: AuthClient) => Promise<import('../client/login.js').LoginResult>} step
   * @returns {Promise<Outcome>}
   */
  async function logIn(step) {
    const { baseUrl } = await settings.getAddress();
    const mine = await client();
    const data = await step(mine);
    if ((await settings.getAddress()).baseUrl !== baseUrl) {
      await mine.logout({ notify: false });
      throw new RequestError({ kind: 'moved', baseUrl });
    }
    const { username } = await mine.state();
    if (username !== null) await settings.lastUsername.set(username, await settings.keep.get());
    return { data };
  }

  /**
   * Asks for the server's optional features: its page for a forgotten password, and passkeys. Users type their
   * name on that page, so over http it is offered only if they have agreed to http. The browser lets the
   * extension use passkeys only of domains that it has the host permission for.
   * @returns {Promise<import('./offers.js').Offered>}
   * @throws {ApiError} when there is no answer
   */
  async function offers() {
    const { baseUrl, insecure, allowInsecure } = await settings.getAddress();
    if (insecure && !allowInsecure) return NOTHING_OFFERED;
    const features = await send({ baseUrl, fetch, timeoutMs: CHECK_MS }, '/features');
    const { reset, email, totp, passkeys, rp_id: domain } = features;
    const scheme = new URL(baseUrl).protocol;
    return {
      forgotPage: reset === true ? `${baseUrl}/account/forgot` : null,
      passkeys: passkeys === true && (await permissions.has(`${scheme}//${domain}/*`)),
      totp: totp === true,
      email: email === 'optional' || email === 'required' ? email : 'off',
    };
  }

  /** @param {string} baseUrl @throws {ApiError} when no authapi server answers there */
  async function check(baseUrl) {
    const { service } = await send({ baseUrl, fetch, timeoutMs: CHECK_MS }, '/healthz');
    if (service !== 'authapi') throw new ApiError({ kind: 'foreign', baseUrl });
  }

  /**
   * Saves the address. Another address ends the login, since tokens are valid at one API only; also when a
   * worker died between the two, and the request is repeated.
   * @param {Extract<Request, {type: 'save'}>} request
   * @returns {Promise<Outcome>}
   */
  async function save({ address: text, allowInsecure }) {
    const { baseUrl, insecure } = addressOf(text);
    if (insecure && !allowInsecure) throw new RequestError({ kind: 'insecure', baseUrl });
    if ((await settings.getAddress()).managed) throw new RequestError({ kind: 'managed', baseUrl });
    const before = await client();
    const homes = [(await settings.getAddress()).baseUrl, (await store.grant.get())?.baseUrl ?? baseUrl];
    await settings.setAddress(baseUrl, insecure && allowInsecure);
    if (homes.some((home) => home !== baseUrl)) await before.logout({ notify: false });
    await releaseHosts(await permissions.granted());
    await announceState();
    return {};
  }

  /** Resets a storage that cannot be read or written. @returns {Promise<Outcome>} */
  async function reset() {
    await (await client().catch(() => undefined))?.logout().catch(() => undefined);
    await clearStorage();
    await announceState();
    return {};
  }

  /** Releases permissions, except for the API in use and for servers with a pending logout. @param {string[]} patterns */
  async function releaseHosts(patterns) {
    const pending = (await store.pendingLogouts.get()).map(({ baseUrl }) => parseAddress(baseUrl)?.pattern);
    const inUse = [(await settings.getAddress()).pattern, ...pending];
    await permissions.release(patterns.filter((pattern) => !inUse.includes(pattern)));
  }

  /** Sends pending logouts to their servers, one pass at a time. */
  function deliverPendingLogouts() {
    anotherPass = true;
    delivery ??= deliverAll().finally(() => (delivery = undefined));
    return delivery;
  }

  async function deliverAll() {
    while (anotherPass) {
      anotherPass = false;
      await deliverOnce().catch(() => undefined);
    }
  }

  async function deliverOnce() {
    const pending = await store.pendingLogouts.get();
    await (await client()).deliverPendingLogouts();
    await releaseHosts(pending.flatMap(({ baseUrl }) => parseAddress(baseUrl)?.pattern ?? []));
  }

  /**
   * Turns an error into plain data. No answer can also mean that the host permission is missing.
   * @param {unknown} error
   * @returns {Promise<Problem>}
   */
  async function problemOf(error) {
    if (error instanceof RequestError) return error.problem;
    if (!(error instanceof ApiError)) return { kind: 'fault', baseUrl: '', message: String(error) };
    const { problem } = error;
    const pattern = parseAddress(problem.baseUrl)?.pattern ?? '';
    const blocked = problem.kind === 'offline' && !(await permissions.has(pattern));
    return blocked ? { ...problem, kind: 'not_allowed' } : problem;
  }

  /** @param {Request} request @returns {Promise<Reply>} */
  async function handle(request) {
    try {
      const handler = /** @type {(request: Request) => Promise<Outcome>} */ (handlers[request.type]);
      const outcome = await handler(request);
      return { ok: true, ...outcome, state: await state() };
    } catch (error) {
      return { ok: false, problem: await problemOf(error), state: await state().catch(() => UNKNOWN_STATE) };
    }
  }

  return { handle, deliverPendingLogouts };
}

/** @param {string} text @returns {Address} */
function addressOf(text) {
  const address = parseAddress(text);
  if (!address) throw new RequestError({ kind: 'no_address', baseUrl: text });
  return address;
}
