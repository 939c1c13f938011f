/**
 * The popup. It shows the worker's replies and sends the user's requests. It never receives a token.
 */
import { byId, createBusy, createStatus } from './src/dom.js';
import { createAccountView } from './src/accountView.js';
import { ask, onAnnounced, openOptions } from './src/browserApi.js';
import { endedText, explain, formProblem } from './src/texts.js';

/** @typedef {import('./src/api.js').Problem} Problem */
/** @typedef {import('./src/protocol.js').Reply} Reply */
/** @typedef {import('./src/protocol.js').Request} Request */
/** @typedef {import('./src/protocol.js').State} State */

const form = byId('credentials', HTMLFormElement);
const username = byId('username', HTMLInputElement);
const password = byId('password', HTMLInputElement);
const keep = byId('keep', HTMLInputElement);
const accessProtected = byId('accessProtected', HTMLButtonElement);
const status = createStatus(byId('status', HTMLElement));
const busy = createBusy();
const accountView = createAccountView(onUserChanged);

/** Problems whose text needs no prefix such as "Authentication failed:". @type {Problem['kind'][]} */
const STANDALONE = ['signed_out', 'session_ended'];

/** Moves the focus to the control that is used next. @param {State} state */
function onUserChanged({ username: name, ended, keep: kept }) {
  password.value = '';
  keep.checked = kept;
  if (name === null && ended) status.error(endedText(ended));
  (name === null ? username : accessProtected).focus();
}

/** Sends a request to the worker; a worker that does not reply is reported as a fault. @param {Request} request */
async function answerTo(request) {
  /** @type {Reply | {ok: false, problem: Problem}} */
  const reply = await ask(request).catch(() => ({ ok: false, problem: { kind: 'fault', baseUrl: '' } }));
  document.body.dataset.ready = 'true';
  if ('state' in reply) accountView.render(reply.state);
  return reply;
}

/**
 * Sends one request, even if the button is pressed several times, and shows the result.
 * @param {HTMLButtonElement} button
 * @param {Request} request
 * @param {{done: (reply: {message?: string, serverNotified?: boolean}) => string, failed: string}} words
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
  const toBeNotified = ' The server will be told when it answers again.';
  run(/** @type {HTMLButtonElement} */ (currentTarget), { type: 'logout' }, {
    done: ({ serverNotified }) => `Logged out successfully.${serverNotified ? '' : toBeNotified}`,
    failed: 'Log out failed: ',
  });
});
byId('options', HTMLButtonElement).addEventListener('click', openOptions);

onAnnounced(accountView.render);
setInterval(accountView.tick, 1000);
const first = await answerTo({ type: 'state' });
if (!first.ok) tell(first.problem, '');
