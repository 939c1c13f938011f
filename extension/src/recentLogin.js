/**
 * The form of the account page that confirms a login: by the password (and a code, if the account has a
 * second factor), or by a passkey alone.
 */
import { byId, show } from './dom.js';
import { t } from './i18n.js';
import { usePasskey } from './passkeys.js';
import { passkeyProblem } from './texts.js';

/** @typedef {import('./protocol.js').Request} Request */

/** Returned instead of an answer when the API requires a recent login. */
export const RECENT_LOGIN = { wanted: 'recent login' };

/** Returned instead of an answer when the API requires a second factor as well. */
export const SECOND_STEP = { wanted: 'second step' };

/**
 * @param {object} parts
 * @param {(request: Request) => Promise<any>} parts.answerTo
 * @param {import('./outcome.js').Outcome} parts.outcome
 * @param {ReturnType<typeof import('./dom.js').createBusy>} parts.busy
 */
export function createRecentLogin({ answerTo, outcome, busy }) {
  const form = byId('recentLogin', HTMLFormElement);
  const password = byId('recentPassword', HTMLInputElement);
  const code = byId('recentCode', HTMLInputElement);
  const codeField = byId('recentCodeField', HTMLElement);
  const byPasskey = byId('proveByPasskey', HTMLButtonElement);
  /** Called once the login is recent. @type {() => Promise<void>} */
  let goOn = async () => undefined;

  /** @param {Request} proof @param {string} missing the text when a second step is wanted as well */
  async function prove(proof, missing) {
    const data = await answerTo(proof);
    if (data === SECOND_STEP) {
      show(codeField, proof.type === 'reauthenticate');
      outcome.error(missing);
      (codeField.checkVisibility() ? code : password).focus();
    } else if (data) {
      form.reset();
      show(form, false);
      await goOn();
    }
  }

  async function proveByPasskey() {
    outcome.clear();
    const asked = await answerTo({ type: 'stepUpOptions' });
    if (!asked) return;
    const { ceremony, options } = asked;
    const credential = await usePasskey(options).catch((error) => {
      outcome.error(t('passkeyOrPassword', passkeyProblem(error, options.rpId)));
    });
    if (!credential) return;
    await prove({ type: 'stepUp', ceremony, credential }, t('passkeyNotEnough'));
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (password.value === '') {
      outcome.error(t('missingPassword'));
      return;
    }
    busy(byId('goOn', HTMLButtonElement), async () => {
      outcome.clear();
      const proof = /** @type {const} */ ({ type: 'reauthenticate', password: password.value, code: code.value.trim() });
      await prove(proof, t('missingRecentCode'));
    });
  });
  byPasskey.addEventListener('click', () => busy(byPasskey, proveByPasskey));

  return {
    /** Sets which factors the form offers. @param {{code: boolean, passkey: boolean}} ways */
    offer(ways) {
      show(codeField, ways.code);
      show(byPasskey, ways.passkey);
    },

    /** @param {boolean} withCode whether the API has just asked for a code @param {() => Promise<void>} then */
    ask(withCode, then) {
      goOn = then;
      if (withCode) show(codeField, true);
      show(form, true);
      password.focus();
    },
  };
}
