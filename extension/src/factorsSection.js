/**
 * The section of the account page for the authenticator app and the recovery codes.
 */
import { byId, show } from './dom.js';
import { saveAsFile } from './files.js';
import { t } from './i18n.js';
import { factorsText } from './texts.js';

/**
 * @typedef {{on: boolean, totp: {since: string} | null, codesLeft: number, passkeysRequired?: boolean | undefined,
 *   passkeys: import('./passkeysSection.js').Passkey[]}} Factors
 */
/** @typedef {(button: HTMLButtonElement, request: import('./protocol.js').Request, done: string, then: (data: any) => unknown) => void} Run */

/**
 * @param {object} parts
 * @param {Run} parts.run sends a request, shows its result, and calls `then`
 * @param {() => Promise<void>} parts.load reads the whole page again
 * @param {import('./outcome.js').Outcome} parts.outcome
 */
export function createFactorsSection({ run, load, outcome }) {
  const section = byId('secondStep', HTMLElement);
  const enrolment = byId('enrolment', HTMLFormElement);
  const appCode = byId('appCode', HTMLInputElement);
  /** The recovery codes that are shown. @type {string[]} */
  let codes = [];

  /**
   * @param {Factors | null} factors null if the server does not support second factors
   * @param {boolean} offered whether the server supports authenticator apps
   */
  function render(factors, offered) {
    show(section, factors !== null && (offered || factors.on));
    if (!factors) return;
    byId('secondStepSaid', HTMLElement).textContent = factorsText(factors);
    show(byId('whenOff', HTMLElement), offered && !factors.totp && !enrolment.checkVisibility());
    show(byId('whenOn', HTMLElement), factors.on);
    show(byId('removeTotp', HTMLElement), factors.totp !== null);
  }

  /** @param {{secret: string, svg: string}} data */
  function enrol({ secret, svg }) {
    enrolment.reset();
    byId('qr', HTMLImageElement).src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
    byId('secret', HTMLElement).textContent = (secret.match(/.{1,4}/g) ?? []).join(' ');
    show(byId('whenOff', HTMLElement), false);
    show(enrolment, true);
    appCode.focus();
  }

  /** Removes the secret from the page. */
  function endEnrolment() {
    byId('qr', HTMLImageElement).removeAttribute('src');
    byId('secret', HTMLElement).textContent = '';
    show(enrolment, false);
  }

  /** @param {{codes: string[]}} data */
  async function showCodes(data) {
    endEnrolment();
    await load();
    if (data.codes.length === 0) return;
    codes = data.codes;
    byId('codes', HTMLElement).replaceChildren(...codes.map(codeRow));
    show(byId('recoveryCodes', HTMLElement), true);
    byId('copyCodes', HTMLElement).focus();
  }

  function hideCodes() {
    codes = [];
    byId('codes', HTMLElement).replaceChildren();
    show(byId('recoveryCodes', HTMLElement), false);
  }

  /** @param {string} id @param {(button: HTMLButtonElement) => unknown} work */
  const onClick = (id, work) => {
    const button = byId(id, HTMLButtonElement);
    button.addEventListener('click', () => work(button));
  };

  onClick('beginTotp', (button) => run(button, { type: 'beginTotp' }, '', enrol));
  onClick('cancelTotp', () => {
    endEnrolment();
    show(byId('whenOff', HTMLElement), true);
  });
  enrolment.addEventListener('submit', (event) => {
    event.preventDefault();
    const request = /** @type {const} */ ({ type: 'confirmTotp', code: appCode.value.trim() });
    run(byId('confirmTotp', HTMLButtonElement), request, t('appOn'), showCodes);
  });
  onClick('renewRecoveryCodes', (button) => {
    run(button, { type: 'renewRecoveryCodes' }, t('codesRenewed'), showCodes);
  });
  onClick('removeTotp', (button) => {
    hideCodes();
    run(button, { type: 'removeTotp' }, t('appOff'), load);
  });
  onClick('copyCodes', async () => {
    const copied = await navigator.clipboard.writeText(codes.join('\n')).then(() => true, () => false);
    if (copied) outcome.success(t('codesCopied'));
    else outcome.error(t('copyForbidden'));
  });
  onClick('saveCodes', () => {
    saveAsFile('recovery-codes.txt', 'text/plain', `${codes.join('\n')}\n`);
    outcome.success(t('downloaded'));
  });
  onClick('keptCodes', hideCodes);

  return { render, showCodes };
}

/** @param {string} text */
function codeRow(text) {
  const row = document.createElement('li');
  row.append(Object.assign(document.createElement('code'), { textContent: text }));
  return row;
}
