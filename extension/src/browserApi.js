/**
 * The only file that uses `chrome`, which Chromium and Firefox both have.
 */
import { databaseArea } from './databaseArea.js';
import { useMessages } from './i18n.js';
import { DONE_ONCE } from './protocol.js';

/** @typedef {import('../client/store.js').Area} Area */
/** @typedef {import('./protocol.js').Request} Request */
/** @typedef {import('./protocol.js').Reply} Reply */
/** @typedef {import('./protocol.js').State} State */

/** The user's settings, which private windows read as well. */
const SHARED_KEYS = ['address', 'insecureAllowed', 'keep'];

/** @param {chrome.storage.StorageArea} area @returns {Area} */
const adapt = (area) => ({
  get: async (key) => (await area.get(key))[key],
  set: (key, value) => area.set({ [key]: value }),
  remove: (key) => area.remove(key),
});

/**
 * Normal and private windows share `chrome.storage`, so a private login must not be in it. A database of a
 * private window is in memory and gone with the last private window.
 * @returns {import('../client/store.js').Areas & {clear: () => Promise<void>}}
 */
function privateAreas() {
  const [session, local] = [databaseArea('session'), databaseArea('local')];
  const normal = adapt(chrome.storage.local);
  return {
    session,
    local: {
      ...local,
      get: async (key) => (await local.get(key)) ?? (SHARED_KEYS.includes(key) ? normal.get(key) : undefined),
    },
    clear: async () => void (await Promise.all([session.clear(), local.clear()])),
  };
}

/** @returns {import('../client/store.js').Areas & {clear: () => Promise<void>}} */
function normalAreas() {
  const { session, local } = chrome.storage;
  return {
    session: adapt(session),
    local: adapt(local),
    clear: async () => void (await Promise.all([session.clear(), local.clear()])),
  };
}

const { clear, ...rest } = chrome.extension.inIncognitoContext ? privateAreas() : normalAreas();

export const areas = rest;
export const clearStorage = clear;

useMessages({ get: (key, values) => chrome.i18n.getMessage(key, values), uiLanguage: chrome.i18n.getUILanguage() });

/** The API's address that an administrator has set by a policy of the browser. @returns {Promise<unknown>} */
export const managedAddress = async () => (await chrome.storage.managed.get('address')).address;

/** Closes the storage to content scripts, where the browser supports that (Chromium). */
export function hideStorage() {
  for (const area of [chrome.storage.session, chrome.storage.local]) {
    area.setAccessLevel?.({ accessLevel: 'TRUSTED_CONTEXTS' });
  }
}

/**
 * Handles messages of the extension's own pages, and of nobody else.
 * @param {(message: unknown) => Promise<Reply> | undefined} handle
 */
export function onRequest(handle) {
  chrome.runtime.onMessage.addListener((message, sender, reply) => {
    const ours = sender.id === chrome.runtime.id && sender.url?.startsWith(chrome.runtime.getURL(''));
    const answer = ours ? handle(message) : undefined;
    if (!answer) return false;
    answer.then(reply, () => reply());
    return true;
  });
}

/**
 * Sends a request to the worker. Browsers may end the worker during a request; then the request is
 * repeated once, or its reply is the problem `interrupted` where a repeat is not safe.
 * @param {Request} request
 * @returns {Promise<Reply>}
 */
export async function ask(request) {
  const first = await chrome.runtime.sendMessage(request).catch(() => undefined);
  const isOver = !first && DONE_ONCE.has(request.type);
  const reply = first ?? (await chrome.runtime.sendMessage(isOver ? { type: 'state' } : request));
  if (!reply) throw new Error('the worker does not answer');
  if (!isOver) return reply;
  return { ok: false, problem: { kind: 'interrupted', baseUrl: reply.state.baseUrl }, state: reply.state };
}

/** Sends the state to all open pages. Without an open page `sendMessage` fails, which is ignored. @param {State} state */
export const announce = (state) => chrome.runtime.sendMessage({ announced: state }).catch(() => undefined);

/** @param {(state: State) => void} handle */
export function onAnnounced(handle) {
  chrome.runtime.onMessage.addListener((message) => {
    if (message?.announced) handle(message.announced);
  });
}

/** Makes the browser start the worker when it starts itself. @param {() => void} handle */
export const onBrowserStart = (handle) => chrome.runtime.onStartup.addListener(handle);

/** Shows on the icon who is logged in. @param {State} state */
export function showOnIcon({ username }) {
  const { name } = chrome.runtime.getManifest();
  chrome.action.setTitle({ title: username === null ? name : `${name}: ${username}` });
  chrome.action.setBadgeBackgroundColor({ color: '#14683a' });
  chrome.action.setBadgeText({ text: username === null ? '' : '✓' });
}

/** @type {import('./hostPermissions.js').HostPermissions} */
export const permissions = {
  has: (pattern) => chrome.permissions.contains({ origins: [pattern] }).catch(() => false),
  granted: async () => {
    const { origins = [] } = await chrome.permissions.getAll();
    const always = chrome.runtime.getManifest().host_permissions ?? [];
    return origins.filter((origin) => !always.includes(origin));
  },
  release: async (patterns) => {
    const granted = await permissions.granted();
    const origins = patterns.filter((pattern) => granted.includes(pattern));
    if (origins.length > 0) await chrome.permissions.remove({ origins });
  },
};

/** Asks the user for a host permission. Must be called in the handler of a click. @param {string} pattern */
export const requestHost = (pattern) =>
  chrome.permissions.request({ origins: [pattern] }).catch(() => false);

export const openOptions = () => chrome.runtime.openOptionsPage();

/** Opens the account page in a tab. */
export const openAccount = () => chrome.tabs.create({ url: chrome.runtime.getURL('account.html') });

/** Opens the page for a passkey in a tab: a popup would close when the browser's own window opens. */
export const openPasskey = () => chrome.tabs.create({ url: chrome.runtime.getURL('passkey.html') });

/** The version in the manifest. */
export const version = () => chrome.runtime.getManifest().version;
