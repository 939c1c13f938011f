/**
 * The page for a login or a second step by a passkey. It is a tab, since a popup closes when the browser
 * opens its window for passkeys.
 */
import { ask, onAnnounced } from './src/browserApi.js';
import { byId, createBusy, isolated, show } from './src/dom.js';
import { t } from './src/i18n.js';
import { createOutcome } from './src/outcome.js';
import { usePasskey } from './src/passkeys.js';
import { explain, passkeyProblem } from './src/texts.js';
import { translatePage } from './src/translate.js';

/** @typedef {import('./src/protocol.js').Request} Request */
/** @typedef {import('./src/protocol.js').State} State */

translatePage();
const outcome = createOutcome();
const busy = createBusy();
const button = byId('usePasskey', HTMLButtonElement);

/** Sends a request; shows a failure. @param {Request} request */
async function answerTo(request) {
  const reply = await ask(request).catch(() => undefined);
  if (reply) render(reply.state);
  if (reply?.ok) return reply;
  outcome.error(t('loginFailed', explain(reply?.problem ?? { kind: 'fault', baseUrl: '' })));
  return undefined;
}

/** @param {State} state */
function render({ username, secondStep, baseUrl }) {
  byId('what', HTMLElement).replaceChildren(...isolated(whatText(username, secondStep?.username, baseUrl), username));
  show(button, username === null);
}

/** @param {string | null} username @param {string | undefined} halfway the user of a login that waits for its second step @param {string} baseUrl */
function whatText(username, halfway, baseUrl) {
  if (username !== null) return t('signedInAt', username, baseUrl);
  return halfway ? t('passkeyOfWillBeAsked', baseUrl, halfway) : t('passkeyWillBeAsked', baseUrl);
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
        outcome.success(t('loginDone'), { next: t('closeTab') });
      }
    } catch (error) {
      outcome.error(t('passkeyOrLogIn', passkeyProblem(error, options.rpId)));
    }
  });
});
onAnnounced(render);
await answerTo({ type: 'state' });
document.body.dataset.ready = 'true';
button.focus();
