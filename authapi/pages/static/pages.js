/* Moves the token from the address into its field, shows passwords on demand, sends a form once. */

/** Within so many milliseconds a second click on the button is one too many. */
const ONCE_IN = 10_000;

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

/** @param {HTMLFormElement} form Is sent once: a second answer would be that its link was used. */
function sendOnce(form) {
  let sentAt = -Infinity;
  form.addEventListener('submit', (event) => {
    if (event.timeStamp - sentAt < ONCE_IN) event.preventDefault();
    else sentAt = event.timeStamp;
  });
  addEventListener('pageshow', () => {
    sentAt = -Infinity; // the way back leads here
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
  if (button.hasAttribute('aria-controls')) reveal(button); // the passkeys page has others
});
document.querySelectorAll('form').forEach((form) => {
  if (form.method === 'post') sendOnce(form); // the passkeys page sends its own
});
