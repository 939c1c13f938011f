/** The page's script: sends the user's input to the client, and shows the result. */
import { ApiError, createAuthClient, createTabStorage, readAnswer } from './client/index.js';

const api = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name="authapi"]')).content;
const form = /** @type {HTMLFormElement} */ (byId('credentials'));
const username = /** @type {HTMLInputElement} */ (byId('username'));
const password = /** @type {HTMLInputElement} */ (byId('password'));
const stepForm = /** @type {HTMLFormElement} */ (byId('secondStep'));
const code = /** @type {HTMLInputElement} */ (byId('code'));
const status = byId('status');
const tabs = createTabStorage({ onChange: show });
const client = createAuthClient({ baseUrl: api, storage: tabs.storage, lock: tabs.lock, onChange: show });
let busy = false;

/** The texts of problems that come without a message of the API. @type {Partial<Record<import('./client/index.js').Kind, string>>} */
const TEXTS = {
  offline: 'The server does not answer, or does not allow this page.',
  unavailable: 'The server is not available at the moment. Please try again in a minute.',
  signed_out: 'Please log in.',
  session_ended: 'Your session has ended. Please log in again.',
  second_step_over: 'The time for entering the code is over. Please log in again.',
  insecure: 'Over http, others on the network can read passwords. The API needs an https address.',
  storage: 'The browser does not let this page store anything.',
};
const NOT_THE_API = 'Something other than the API answered. Please check its address.';

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

async function show() {
  const { username: name, secondStep } = await client.state();
  if (name !== null || secondStep) password.value = '';
  if (!secondStep) stepForm.reset();
  if (secondStep && stepForm.hidden) setTimeout(endSecondStep, 1000 * secondStep.secondsLeft);
  form.hidden = name !== null || secondStep !== null;
  stepForm.hidden = secondStep === null;
  byId('account').hidden = name === null;
  byId('who').textContent = userText(name, secondStep);
}

/** @param {string | null} name @param {import('./client/index.js').SecondStepState | null} secondStep */
function userText(name, secondStep) {
  if (secondStep) return `The password for ${secondStep.username} is correct. This account uses two-factor authentication.`;
  return name === null ? 'Log in, or create an account.' : `Logged in as ${name}.`;
}

/** Returns to the password when the time for the code is over. */
async function endSecondStep() {
  const { ended } = await client.state();
  if (ended === 'second_step_over') say(/** @type {string} */ (TEXTS[ended]), true);
  await show();
}

/** @param {string} text @param {boolean} [bad] */
function say(text, bad = false) {
  status.textContent = text;
  status.className = text && (bad ? 'show error' : 'show success');
  if (text) status.scrollIntoView({ block: 'nearest' });
}

/** @param {unknown} error */
function explain(error) {
  if (!(error instanceof ApiError)) throw error;
  const { kind, code: reason, message = '', retryAfter, errors = {} } = error.problem;
  if (reason === 'second_factor_required' && !stepForm.hidden) return code.focus();
  if (reason === 'invalid_code') return mark({ code: [message] });
  const text = kind === 'refused' ? message : TEXTS[kind];
  say((text ?? NOT_THE_API) + (retryAfter ? ` Try again in ${wait(retryAfter)}.` : ''), true);
  mark(errors);
}

/** @param {number} seconds */
function wait(seconds) {
  const [amount, unit] = seconds < 120 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' }).format(amount);
}

/** @param {Record<string, string[]>} errors */
function mark(errors) {
  for (const field of [username, password, code]) {
    const problem = byId(`${field.name}Problem`);
    problem.textContent = (errors[field.name] ?? []).join(' ');
    problem.hidden = problem.textContent === '';
    field.setAttribute('aria-invalid', String(!problem.hidden));
  }
  [username, password, code].find((field) => field.getAttribute('aria-invalid') === 'true')?.focus();
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
    await show();
    explain(error);
  } finally {
    busy = false;
    byId(id).removeAttribute('aria-disabled');
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  run('login', async () => showSuccess(await client.authenticate(username.value, password.value)));
});
stepForm.addEventListener('submit', (event) => {
  event.preventDefault();
  run('confirm', async () => showSuccess(await client.secondStep(code.value)));
});
byId('back').addEventListener('click', () => {
  run('back', async () => {
    await client.cancelSecondStep();
    await show();
    password.focus();
    return '';
  });
});

/** @param {import('./client/index.js').LoginResult} result */
async function showSuccess({ recoveryCodesLeft: left }) {
  await show();
  byId('protected').focus();
  return left === undefined ? 'You are logged in.' : `You are logged in. Recovery codes left: ${left}.`;
}
byId('register').addEventListener('click', () => {
  run('register', async () => {
    await client.register(username.value, password.value);
    return 'Your account has been created. You can log in now.';
  });
});
byId('protected').addEventListener('click', () => {
  run('protected', async () => {
    const { message } = await readAnswer(await client.fetch('/protected'), api);
    return String(message);
  });
});
byId('logout').addEventListener('click', () => {
  run('logout', async () => {
    const { serverNotified } = await client.logout();
    await show();
    form.reset();
    username.focus();
    return serverNotified ? 'You are logged out.' : 'You are logged out. The server will be notified later.';
  });
});

/** Shows the link to the page for a forgotten password, if the API mails links. */
async function showForgotLink() {
  const link = /** @type {HTMLAnchorElement} */ (byId('forgot'));
  const { reset } = await readAnswer(await fetch(`${api}/features`), api);
  link.href = `${api}/account/forgot`;
  link.hidden = reset !== true;
}

byId('api').textContent = api;
await tabs.ready;
await show();
document.body.dataset.ready = 'true';
void client.deliverPendingLogouts();
showForgotLink().catch(() => undefined);
addEventListener('online', () => void client.deliverPendingLogouts());
