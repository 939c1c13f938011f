/**
 * The only file that says `chrome`. Chromium and Firefox both know that name.
 */

/** @typedef {import('./protocol.js').Request} Request */
/** @typedef {import('./protocol.js').Reply} Reply */
/** @typedef {import('./protocol.js').State} State */

/** @param {chrome.storage.StorageArea} area @returns {import('./store.js').Area} */
const adapt = (area) => ({
  get: async (key) => (await area.get(key))[key],
  set: (key, value) => area.set({ [key]: value }),
  remove: (key) => area.remove(key),
});

/** @type {import('./store.js').Areas} */
export const areas = { session: adapt(chrome.storage.session), local: adapt(chrome.storage.local) };

/** Closes the storage to content scripts, where the browser supports that (Chromium). */
export function hideStorage() {
  for (const area of [chrome.storage.session, chrome.storage.local]) {
    area.setAccessLevel?.({ accessLevel: 'TRUSTED_CONTEXTS' });
  }
}

/** @type {import('./locks.js').Lock} */
export const lock = (name, work) => /** @type {Promise<any>} */ (navigator.locks.request(name, work));

/**
 * Answers requests of the extension's own pages only.
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
 * repeated once. All requests are safe to repeat.
 * @param {Request} request
 * @returns {Promise<Reply>}
 */
export async function ask(request) {
  const first = await chrome.runtime.sendMessage(request).catch(() => undefined);
  const reply = first ?? (await chrome.runtime.sendMessage(request));
  if (!reply) throw new Error('the worker does not answer');
  return reply;
}

/** Sends the state to all open pages; having no open page is not an error. @param {State} state */
export const announce = (state) => chrome.runtime.sendMessage({ announced: state }).catch(() => undefined);

/** @param {(state: State) => void} handle */
export function onAnnounced(handle) {
  chrome.runtime.onMessage.addListener((message) => {
    if (message?.announced) handle(message.announced);
  });
}

/** Wakes the worker when the browser starts. @param {() => void} handle */
export const onBrowserStart = (handle) => chrome.runtime.onStartup.addListener(handle);

/** @param {string} pattern */
export const mayReach = (pattern) =>
  chrome.permissions.contains({ origins: [pattern] }).catch(() => false);

/** Must be called straight from a click. @param {string} pattern */
export const askToReach = (pattern) =>
  chrome.permissions.request({ origins: [pattern] }).catch(() => false);

/** Removes the permission for hosts that are not in use any more. @param {string} pattern the one in use */
export async function leaveOtherHosts(pattern) {
  const { origins = [] } = await chrome.permissions.getAll();
  const useful = [pattern, ...(chrome.runtime.getManifest().host_permissions ?? [])];
  const others = origins.filter((origin) => !useful.includes(origin));
  if (others.length > 0) await chrome.permissions.remove({ origins: others });
}

export const openOptions = () => chrome.runtime.openOptionsPage();
