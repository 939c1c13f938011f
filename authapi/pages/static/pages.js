/* Moves the token from the address into its field, and shows passwords on demand. */

/** @type {HTMLInputElement | null} */
const token = document.querySelector('#token');

/** Take the token out of the address, so that no history, bookmark or screenshot has it. */
function takeToken() {
  const found = location.hash.slice(1);
  if (found === '') return;
  history.replaceState(null, '', location.pathname);
  if (token) token.value = found;
}

/** Hide the token's field while it has one that nobody has to correct. */
function tidy() {
  const row = token?.closest('.field');
  if (!token || !(row instanceof HTMLElement)) return;
  row.hidden = token.value !== '' && token.ariaInvalid !== 'true';
}

/** Begin in the first field that is to be filled in; after an error the page says where. */
function focus() {
  if (document.querySelector('[autofocus]')) return;
  const fields = [...document.querySelectorAll('input')];
  fields.find((field) => field.checkVisibility())?.focus();
}

/** @param {HTMLButtonElement} button Shows the password beside it, or hides it again. */
function reveal(button) {
  const field = button.parentElement?.querySelector('input');
  if (!field) return;
  const toggle = () => {
    field.type = field.type === 'password' ? 'text' : 'password';
    const { words = '', label = '' } = button.dataset;
    button.dataset.words = button.textContent;
    button.dataset.label = button.ariaLabel ?? '';
    button.textContent = words;
    button.ariaLabel = label;
  };
  button.hidden = false;
  button.addEventListener('click', toggle);
  field.form?.addEventListener('submit', () => {
    field.type = 'password'; // browsers offer to keep what was one when it was sent
  });
}

function begin() {
  takeToken();
  tidy();
  focus();
}

begin();
addEventListener('hashchange', begin);
document.querySelectorAll('button').forEach((button) => {
  if (button.type === 'button') reveal(button);
});
