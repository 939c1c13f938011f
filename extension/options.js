/**
 * The options: which API to talk to, and whether it answers there.
 */
import { parseAddress } from './src/address.js';
import { byId, createBusy, createStatus } from './src/dom.js';
import { ask, askToReach, leaveOtherHosts } from './src/browserApi.js';
import { explain } from './src/texts.js';

/** @typedef {import('./src/address.js').Address} Address */

const field = byId('address', HTMLInputElement);
const status = createStatus(byId('status', HTMLElement));
const busy = createBusy();

const INSECURE_WARNING = ' Beware: over http, others on the way can read passwords. Use https where you can.';

/**
 * The browser's question must come straight from the click, before anything is waited for.
 * @param {HTMLButtonElement} button
 * @param {(address: Address) => Promise<void>} work
 */
function withPermission(button, work) {
  const address = parseAddress(field.value);
  if (!address) {
    status.error(explain({ kind: 'no_address', baseUrl: field.value }));
    return;
  }
  busy(button, async () => {
    status.clear();
    if (await askToReach(address.pattern)) await work(address);
    else status.error(`Without your permission the extension cannot talk to ${address.baseUrl}.`);
  });
}

/** @param {Address} address */
async function check({ baseUrl, insecure }) {
  const reply = await ask({ type: 'check', address: baseUrl });
  if (reply.ok) status.success(`The API answers at ${baseUrl}.${insecure ? INSECURE_WARNING : ''}`);
  else status.error(explain(reply.problem));
}

/** Saved even when nobody answers there: the server may start later. @param {Address} address */
async function save(address) {
  const { baseUrl, pattern, insecure } = address;
  await ask({ type: 'save', address: baseUrl });
  await leaveOtherHosts(pattern);
  field.value = baseUrl;
  const reply = await ask({ type: 'check', address: baseUrl });
  if (reply.ok) status.success(`Saved. The API answers at ${baseUrl}.${insecure ? INSECURE_WARNING : ''}`);
  else status.error(`Saved, but: ${explain(reply.problem)}`);
}

byId('settings', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  withPermission(byId('save', HTMLButtonElement), save);
});
byId('check', HTMLButtonElement).addEventListener('click', (event) => {
  withPermission(/** @type {HTMLButtonElement} */ (event.currentTarget), check);
});

field.value = (await ask({ type: 'state' })).state.baseUrl;
field.focus();
document.body.dataset.ready = 'true';
