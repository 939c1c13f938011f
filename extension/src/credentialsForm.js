/**
 * The form with user name and password.
 */
import { byId } from './dom.js';
import { t } from './i18n.js';

/**
 * @param {ReturnType<typeof import('./drafts.js').createDrafts>} drafts
 * @param {{username: string, password: string}} [draft] what was typed before the popup was closed
 */
export function createCredentialsForm(drafts, draft) {
  const username = byId('username', HTMLInputElement);
  const password = byId('password', HTMLInputElement);
  const keep = byId('keep', HTMLInputElement);
  const showPassword = byId('showPassword', HTMLButtonElement);
  const fields = [username, password];
  let unfinished = draft;

  /** @param {boolean} on */
  function reveal(on) {
    password.type = on ? 'text' : 'password';
    showPassword.textContent = t(on ? 'hide' : 'show');
    showPassword.setAttribute('aria-label', t(on ? 'hidePassword' : 'showPassword'));
  }

  showPassword.addEventListener('click', () => reveal(password.type === 'password'));
  for (const field of fields) {
    field.addEventListener('input', () => {
      field.setAttribute('aria-invalid', 'false');
      void drafts.save({ username: username.value, password: password.value });
    });
  }

  return {
    /** Puts the focus into the first empty field. */
    begin() {
      password.autocomplete = 'current-password';
      (fields.find(({ value }) => value === '') ?? password).focus();
    },

    /**
     * Returns what to send. Tells password managers whether the password is a new one.
     * @param {'register' | 'login'} purpose
     */
    content(purpose) {
      reveal(false);
      password.autocomplete = purpose === 'register' ? 'new-password' : 'current-password';
      return { username: username.value, password: password.value, keep: keep.checked };
    },

    /** Drops the draft, once the password was accepted. */
    forgetDraft() {
      unfinished = undefined;
    },

    /** Resets the form; when the popup opens, restores the draft. @param {{username: string, keep: boolean}} content */
    reset(content) {
      if (!unfinished) void drafts.clear();
      reveal(false);
      username.value = unfinished?.username ?? content.username;
      password.value = unfinished?.password ?? '';
      keep.checked = content.keep;
      unfinished = undefined;
    },

    /** Marks the fields that have to be corrected. @param {string[]} names */
    mark(names) {
      const wrong = fields.filter(({ name }) => names.includes(name));
      for (const field of fields) field.setAttribute('aria-invalid', String(wrong.includes(field)));
      wrong[0]?.focus({ preventScroll: true });
    },
  };
}
