/**
 * The form for the second factor: a code of the authenticator app, or a recovery code.
 */
import { byId, show } from './dom.js';
import { t } from './i18n.js';

/** The texts of each kind of code. Phones choose the keyboard by `inputMode`. */
const KINDS = {
  totp: {
    label: 'code',
    hint: 'appCodeHint',
    inputMode: 'numeric',
    other: 'useRecoveryCode',
  },
  recovery_code: {
    label: 'recoveryCode',
    hint: 'recoveryCodeHint',
    inputMode: 'text',
    other: 'useApp',
  },
};

export function createSecondStepForm() {
  const code = byId('code', HTMLInputElement);
  const problem = byId('codeProblem', HTMLElement);
  const other = byId('otherCode', HTMLButtonElement);
  /** @type {keyof typeof KINDS} */
  let kind = 'totp';

  /** @param {keyof typeof KINDS} wanted */
  function choose(wanted) {
    kind = wanted;
    byId('codeLabel', HTMLElement).textContent = t(KINDS[kind].label);
    byId('codeHint', HTMLElement).textContent = t(KINDS[kind].hint);
    other.textContent = t(KINDS[kind].other);
    code.inputMode = KINDS[kind].inputMode;
    code.value = '';
    refuse('');
  }

  /** Shows a problem beside the field. @param {string} text */
  function refuse(text) {
    problem.textContent = text;
    code.setAttribute('aria-invalid', String(text !== ''));
    if (text) code.select();
  }

  code.addEventListener('input', () => refuse(''));
  other.addEventListener('click', () => {
    choose(kind === 'totp' ? 'recovery_code' : 'totp');
    code.focus();
  });

  return {
    refuse,
    focus: () => code.focus(),
    content: () => code.value.trim(),

    /** @param {import('../client/client.js').SecondStepState | null} step the login that waits, if any */
    reset(step) {
      byId('stepName', HTMLElement).textContent = step?.username ?? '';
      const { factors = [] } = step ?? {};
      choose(factors.includes('totp') ? 'totp' : 'recovery_code');
      show(other, factors.includes('totp') && factors.includes('recovery_code'));
    },
  };
}
