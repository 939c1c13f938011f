/**
 * The section of the account page for the email address: shows, sets, verifies and removes it.
 */
import { byId, isolated, show } from './dom.js';
import { t } from './i18n.js';
import { emailText } from './texts.js';

/**
 * `email` is verified, `pendingEmail` waits for its code; either may be missing.
 * @typedef {{email: string | null, pendingEmail: string | null}} Addresses
 */

/**
 * @param {object} parts
 * @param {import('./factorsSection.js').Run} parts.run sends a request, shows its result, and calls `then`
 * @param {() => Promise<void>} parts.load reads the whole page again
 * @param {import('./outcome.js').Outcome} parts.outcome
 */
export function createEmailSection({ run, load, outcome }) {
  const codeForm = byId('emailCodeForm', HTMLFormElement);
  const form = byId('emailForm', HTMLFormElement);
  const code = byId('emailCode', HTMLInputElement);
  const address = byId('newEmail', HTMLInputElement);
  const resend = byId('resendEmail', HTMLButtonElement);
  const remove = byId('removeEmail', HTMLButtonElement);

  /**
   * @param {HTMLFormElement} element
   * @param {HTMLInputElement} field
   * @param {string} missing the error for an empty field
   * @param {(value: string) => void} send
   */
  function onSubmit(element, field, missing, send) {
    field.addEventListener('input', () => field.setAttribute('aria-invalid', 'false'));
    element.addEventListener('submit', (event) => {
      event.preventDefault();
      const value = field.value.trim();
      field.setAttribute('aria-invalid', String(value === ''));
      if (value) send(value);
      else {
        outcome.error(missing);
        field.focus({ preventScroll: true });
      }
    });
  }

  onSubmit(form, address, t('missingEmail'), (email) => {
    run(byId('setEmail', HTMLButtonElement), { type: 'setEmail', email }, t('emailCodeSent'), async () => {
      form.reset();
      await load();
      code.focus();
    });
  });
  onSubmit(codeForm, code, t('missingCode'), (typed) => {
    run(byId('verifyEmail', HTMLButtonElement), { type: 'verifyEmail', code: typed }, t('emailDone'), load);
  });
  resend.addEventListener('click', () => {
    run(resend, { type: 'resendEmail' }, t('emailCodeResent'), load);
  });
  remove.addEventListener('click', () => run(remove, { type: 'removeEmail' }, t('emailRemoved'), load));

  return {
    /** @param {Addresses} addresses @param {import('./offers.js').Offered['email']} offered */
    render({ email, pendingEmail }, offered) {
      show(byId('email', HTMLElement), offered !== 'off');
      byId('emailSaid', HTMLElement).replaceChildren(...isolated(emailText({ email, pendingEmail }), email));
      byId('pendingEmail', HTMLElement).textContent = pendingEmail;
      if (!pendingEmail) codeForm.reset();
      show(codeForm, pendingEmail !== null);
      show(remove, offered === 'optional' && (email ?? pendingEmail) !== null);
    },
  };
}
