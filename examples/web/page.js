/** The page: shows what auth.js says, and passes on what the user wants. */
import { AuthError, read } from './api.js';
import { createAuth } from './auth.js';

const api = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name="authapi"]')).content;
const form = /** @type {HTMLFormElement} */ (byId('credentials'));
const username = /** @type {HTMLInputElement} */ (byId('username'));
const password = /** @type {HTMLInputElement} */ (byId('password'));
const status = byId('status');
const auth = createAuth(api, show);
let busy = false;

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

function show() {
  const name = auth.username();
  form.hidden = name !== null;
  byId('account').hidden = name === null;
  byId('who').textContent = name === null ? 'Log in, or make an account.' : `Logged in as ${name}.`;
}

/** @param {string} text @param {boolean} [bad] */
function say(text, bad = false) {
  status.textContent = text;
  status.classList.toggle('error', bad);
}

/** @param {Record<string, string[]>} errors */
function mark(errors) {
  for (const field of [username, password]) {
    const problem = byId(`${field.name}Problem`);
    problem.textContent = (errors[field.name] ?? []).join(' ');
    problem.hidden = problem.textContent === '';
    field.setAttribute('aria-invalid', String(!problem.hidden));
  }
  /** @type {HTMLElement | null} */ (form.querySelector('[aria-invalid="true"]'))?.focus();
}

/** Does one thing at a time, however often a button is pressed. @param {string} id @param {() => Promise<string>} work */
async function run(id, work) {
  if (busy) return;
  busy = true;
  byId(id).setAttribute('aria-disabled', 'true');
  say('');
  mark({});
  try {
    say(await work());
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    const when = error.retryAfter ? ` Try again in ${error.retryAfter} seconds.` : '';
    say(error.message + when, true);
    mark(error.errors);
  } finally {
    busy = false;
    byId(id).removeAttribute('aria-disabled');
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  run('login', async () => {
    await auth.logIn(username.value, password.value);
    password.value = '';
    byId('protected').focus();
    return 'You are logged in.';
  });
});
byId('register').addEventListener('click', () => {
  run('register', async () => {
    await auth.register(username.value, password.value);
    return 'Your account is made. You can log in now.';
  });
});
byId('protected').addEventListener('click', () => {
  run('protected', async () => (await read(await auth.fetch('/protected'))).message);
});
byId('logout').addEventListener('click', () => {
  run('logout', async () => {
    await auth.logOut();
    form.reset();
    username.focus();
    return 'You are logged out.';
  });
});

byId('api').textContent = api;
show();
await auth.ready;
document.body.dataset.ready = 'true';
