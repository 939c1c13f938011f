/**
 * The popup: shows what the worker says and passes on what the user wants. It never sees a token.
 */
import { byId, createBusy, createStatus } from './src/page.js';
import { createPanel } from './src/panel.js';
import { ask, onAnnounced, openOptions } from './src/platform.js';
import { endedText, explain, formProblem } from './src/views.js';

/** @typedef {import('./src/api.js').Problem} Problem */
/** @typedef {import('./src/messages.js').Reply} Reply */
/** @typedef {import('./src/messages.js').Request} Request */
/** @typedef {import('./src/messages.js').State} State */

const form = byId('credentials', HTMLFormElement);
const username = byId('username', HTMLInputElement);
const password = byId('password', HTMLInputElement);
const keep = byId('keep', HTMLInputElement);
const accessProtected = byId('accessProtected', HTMLButtonElement);
const status = createStatus(byId('status', HTMLElement));
const busy = createBusy();
const panel = createPanel(welcome);

/** What ends the login, or needs one, speaks for itself. @type {Problem['kind'][]} */
const STANDALONE = ['signed_out', 'session_ended'];

/** Puts the keyboard where the next step is. @param {State} state */
function welcome({ username: name, ended, keep: kept }) {
  password.value = '';
  keep.checked = kept;
  if (name === null && ended) status.error(endedText(ended));
  (name === null ? username : accessProtected).focus();
}

/** Asks the worker; that it does not answer is an answer too. @param {Request} request */
async function answerTo(request) {
  /** @type {Reply | {ok: false, problem: Problem}} */
  const reply = await ask(request).catch(() => ({ ok: false, problem: { kind: 'fault', baseUrl: '' } }));
  document.body.dataset.ready = 'true';
  if ('state' in reply) panel.render(reply.state);
  return reply;
}

/**
 * Asks the worker once, however often the button is pressed, and says what came of it.
 * @param {HTMLButtonElement} button
 * @param {Request} request
 * @param {{done: (reply: {message?: string, told?: boolean}) => string, failed: string}} words
 */
function run(button, request, { done, failed }) {
  busy(button, async () => {
    status.clear();
    mark([]);
    const reply = await answerTo(request);
    if (reply.ok) status.success(done(reply));
    else tell(reply.problem, failed);
  });
}

/** @param {Problem} problem @param {string} failed */
function tell(problem, failed) {
  status.error((STANDALONE.includes(problem.kind) ? '' : failed) + explain(problem));
  mark(Object.keys(problem.errors ?? {}));
}

/** Points at the fields that are to be corrected. @param {string[]} names */
function mark(names) {
  const wrong = [username, password].filter((field) => names.includes(field.name));
  for (const field of [username, password]) {
    field.setAttribute('aria-invalid', String(wrong.includes(field)));
  }
  wrong[0]?.focus();
}

/**
 * Sends the form, when there is something in it to send.
 * @param {'register' | 'login'} purpose
 * @param {{done: string, failed: string}} words
 */
function submit(purpose, { done, failed }) {
  const content = { username: username.value, password: password.value, keep: keep.checked };
  const problem = formProblem(purpose, content);
  if (problem) {
    status.error(problem.text);
    mark(problem.fields);
    return;
  }
  const button = byId(purpose, HTMLButtonElement);
  run(button, { type: purpose, ...content }, { done: () => done, failed });
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  submit('login', { done: 'Authentication successful.', failed: 'Authentication failed: ' });
});
byId('register', HTMLButtonElement).addEventListener('click', () => {
  submit('register', { done: 'Registration successful.', failed: 'Registration failed: ' });
});
accessProtected.addEventListener('click', () => {
  run(accessProtected, { type: 'access' }, {
    done: ({ message }) => message ?? '',
    failed: 'Access failed: ',
  });
});
byId('logout', HTMLButtonElement).addEventListener('click', ({ currentTarget }) => {
  const untold = ' The server will be told when it answers again.';
  run(/** @type {HTMLButtonElement} */ (currentTarget), { type: 'logout' }, {
    done: ({ told }) => `Logged out successfully.${told ? '' : untold}`,
    failed: 'Log out failed: ',
  });
});
byId('options', HTMLButtonElement).addEventListener('click', openOptions);

onAnnounced(panel.render);
setInterval(panel.tick, 1000);
const first = await answerTo({ type: 'state' });
if (!first.ok) tell(first.problem, '');
