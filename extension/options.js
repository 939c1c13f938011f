/**
 * The options: which API to talk to, and whether it answers there.
 */
import { parseAddress } from './src/address.js';
import { ask, onAnnounced, permissions, requestHost, version } from './src/browserApi.js';
import { byId, createBusy, show } from './src/dom.js';
import { t } from './src/i18n.js';
import { createOutcome } from './src/outcome.js';
import { explain } from './src/texts.js';
import { translatePage } from './src/translate.js';

/** @typedef {import('./src/address.js').Address} Address */
/** @typedef {import('./src/protocol.js').Problem} Problem */
/** @typedef {import('./src/protocol.js').Request} Request */
/** @typedef {import('./src/protocol.js').State} State */

translatePage();
const field = byId('address', HTMLInputElement);
const allowInsecure = byId('allowInsecure', HTMLInputElement);
const outcome = createOutcome();
const busy = createBusy();

/**
 * Browsers ask for a permission only in the handler of a click, before its first `await`.
 * @param {HTMLButtonElement} button
 * @param {(address: Address) => Promise<void>} work
 */
function withPermission(button, work) {
  const address = parseAddress(field.value);
  if (!address) {
    outcome.error(explain({ kind: 'no_address', baseUrl: field.value }));
    return;
  }
  busy(button, async () => {
    outcome.clear();
    if (await requestHost(address.pattern)) await work(address);
    else outcome.error(withWarning(t('permissionRefused', address.baseUrl), address));
    await showPermission();
  });
}

/** Sends a request to the worker. @param {Request} request @returns {Promise<Problem | undefined>} */
async function problemOf(request) {
  const reply = await ask(request).catch(() => undefined);
  if (!reply) return { kind: 'fault', baseUrl: '' };
  return reply.ok ? undefined : reply.problem;
}

/** @param {Address} address */
async function check(address) {
  const problem = await problemOf({ type: 'check', address: address.baseUrl });
  if (problem) outcome.error(withWarning(explain(problem), address));
  else outcome.success(withWarning(t('apiAnswers', address.baseUrl), address));
}

/** Saved even when nobody answers there: the server may start later. @param {Address} address */
async function save(address) {
  const { baseUrl } = address;
  const refusal = await problemOf({ type: 'save', address: baseUrl, allowInsecure: allowInsecure.checked });
  if (refusal) {
    outcome.error(withWarning(t('notSaved', explain(refusal)), address));
    return;
  }
  field.value = baseUrl;
  const problem = await problemOf({ type: 'check', address: baseUrl });
  if (problem) outcome.error(withWarning(t('savedBut', explain(problem)), address));
  else outcome.success(withWarning(t('savedAnswers', baseUrl), address), { next: t('savedNext') });
}

/** @param {string} text @param {Address} address */
const withWarning = (text, { insecure }) => (insecure ? t('insecureWarning', text) : text);

/** Says for what is typed now whether the browser lets the extension talk to it. */
async function showPermission() {
  const address = parseAddress(field.value);
  show(byId('insecureChoice', HTMLElement), address?.insecure === true);
  byId('permission', HTMLElement).textContent = await permissionText(address);
}

/** @param {Address | undefined} address */
async function permissionText(address) {
  if (!address) return t('addressIncomplete');
  const host = address.pattern.slice(0, -'/*'.length);
  const granted = await permissions.has(address.pattern);
  return t(granted ? 'permissionGiven' : 'permissionAsked', host);
}

/** @param {State} state */
function showUser({ username }) {
  byId('who', HTMLElement).textContent = username ?? t('nobody');
}

byId('settings', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const address = parseAddress(field.value);
  if (address?.insecure && !allowInsecure.checked) {
    outcome.error(t('notSaved', explain({ kind: 'insecure', baseUrl: address.baseUrl })));
    allowInsecure.focus({ preventScroll: true });
    return;
  }
  withPermission(byId('save', HTMLButtonElement), save);
});
byId('check', HTMLButtonElement).addEventListener('click', (event) => {
  withPermission(/** @type {HTMLButtonElement} */ (event.currentTarget), check);
});
field.addEventListener('input', () => {
  allowInsecure.checked = false;
  void showPermission();
});
onAnnounced(showUser);

const { state } = await ask({ type: 'state' });
field.value = state.baseUrl;
allowInsecure.checked = state.allowInsecure;
if (state.managed) {
  field.readOnly = true;
  byId('addressHint', HTMLElement).textContent = explain({ kind: 'managed', baseUrl: state.baseUrl });
}
showUser(state);
byId('version', HTMLElement).textContent = version();
await showPermission();
field.focus();
document.body.dataset.ready = 'true';
