/**
 * The page for a login by a passkey, or for a second step by one. The browser shows its own window for it,
 * which a popup would not survive.
 */
import { ask, onAnnounced } from './src/browserApi.js';
import { byId, createBusy, show } from './src/dom.js';
import { createOutcome } from './src/outcome.js';
import { usePasskey } from './src/passkeys.js';
import { explain, passkeyProblem } from './src/texts.js';

/** @typedef {import('./src/protocol.js').Request} Request */
/** @typedef {import('./src/protocol.js').State} State */

const outcome = createOutcome();
const busy = createBusy();
const button = byId('usePasskey', HTMLButtonElement);

/** Sends a request; what goes wrong is shown. @param {Request} request */
async function answerTo(request) {
  const reply = await ask(request).catch(() => undefined);
  if (reply) render(reply.state);
  if (reply?.ok) return reply;
  outcome.error(`Authentication failed: ${explain(reply?.problem ?? { kind: 'fault', baseUrl: '' })}`);
  return undefined;
}

/** @param {State} state */
function render({ username, secondStep, baseUrl }) {
  const who = username ?? secondStep?.username;
  byId('what', HTMLElement).textContent = username !== null
    ? `Signed in as ${who} at ${baseUrl}.`
    : `Your browser will ask for a passkey for ${baseUrl}${who ? `, of ${who}` : ''}.`;
  show(button, username === null);
}

button.addEventListener('click', () => {
  busy(button, async () => {
    outcome.clear();
    const asked = await answerTo({ type: 'passkeyOptions' });
    if (!asked) return;
    const { ceremony, options } = asked.data;
    try {
      const credential = await usePasskey(options);
      if (await answerTo({ type: 'passkey', ceremony, credential })) {
        outcome.success('Authentication successful.', { next: 'You can close this tab.' });
      }
    } catch (error) {
      outcome.error(`${passkeyProblem(error, options.rpId)} Try again, or log in with your password.`);
    }
  });
});
onAnnounced(render);
await answerTo({ type: 'state' });
document.body.dataset.ready = 'true';
button.focus();
