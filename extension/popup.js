/**
 * The popup. It sends the user's requests to the worker and shows the replies. It never gets a token.
 */
import { createAccountView } from './src/accountView.js';
import { parseAddress } from './src/address.js';
import { areas, ask, onAnnounced, openAccount, openOptions, openPasskey, requestHost } from './src/browserApi.js';
import { createCredentialsForm } from './src/credentialsForm.js';
import { byId, createBusy } from './src/dom.js';
import { createDrafts } from './src/drafts.js';
import { t } from './src/i18n.js';
import { createOffers } from './src/offers.js';
import { createOutcome } from './src/outcome.js';
import { canUsePasskeys } from './src/passkeys.js';
import { createSecondStepForm } from './src/secondStepForm.js';
import { endedText, explain, formProblem, loggedInText, remediesFor } from './src/texts.js';
import { translatePage } from './src/translate.js';

/** @typedef {import('./src/protocol.js').Problem} Problem */
/** @typedef {import('./src/protocol.js').Reply} Reply */
/** @typedef {import('./src/protocol.js').Request} Request */
/** @typedef {import('./src/protocol.js').State} State */
/** @typedef {Extract<Reply, {ok: true}>} Success */
/** @typedef {Extract<Request, {type: 'login'}>} Credentials */

/**
 * @typedef {object} Texts
 * @property {(reply: Success) => string} done
 * @property {(reply: Success) => string} next what the user can do then
 * @property {string} failed the key of the text around the reason
 */

translatePage();
const accessProtected = byId('accessProtected', HTMLButtonElement);
const drafts = createDrafts({ area: areas.session, now: () => Date.now() });
const form = createCredentialsForm(drafts, await drafts.load());
const outcome = createOutcome();
const busy = createBusy();
const stepForm = createSecondStepForm();
const accountView = createAccountView({ onUserChanged, onStepOver: () => answerTo({ type: 'state' }) });
const offers = createOffers({
  askServer: () => ask({ type: 'offers' }),
  canUsePasskeys,
  onShown: outcome.keepInSight,
});

/** Problems whose text stands alone, without "Authentication failed:" or its like. @type {Problem['kind'][]} */
const STANDALONE = ['signed_out', 'session_ended', 'second_step_over', 'moved'];

/** Moves the focus to the control that is used next. @param {State} state @param {State} [before] */
function onUserChanged({ username, secondStep, ended, keep, lastUsername }, before) {
  if (secondStep) form.forgetDraft();
  form.reset({ username: (secondStep ?? before?.secondStep)?.username ?? lastUsername, keep });
  stepForm.reset(secondStep);
  if (username !== null) accessProtected.focus();
  else if (secondStep) stepForm.focus();
  else form.begin();
  if (username === null && ended) outcome.error(endedText(ended));
}

/** @param {State} state */
function render(state) {
  accountView.render(state);
  void offers.follow(state);
}

/** Sends a request to the worker; a worker that does not reply is reported as a fault. @param {Request} request */
async function answerTo(request) {
  /** @type {Reply | {ok: false, problem: Problem}} */
  const reply = await ask(request).catch(() => ({ ok: false, problem: { kind: 'fault', baseUrl: '' } }));
  document.body.dataset.ready = 'true';
  if ('state' in reply) render(reply.state);
  return reply;
}

/**
 * Sends one request, even if the button is pressed several times, and shows the result.
 * @template {Request} R
 * @param {HTMLButtonElement} button
 * @param {R} request
 * @param {Texts} texts
 * @param {(request: R) => ReturnType<typeof answerTo>} [send]
 */
function run(button, request, texts, send = answerTo) {
  busy(button, async () => {
    if (byId('remedies', HTMLElement).contains(document.activeElement)) button.focus(); // they go, the focus stays
    outcome.clear();
    form.mark([]);
    stepForm.refuse('');
    const reply = await send(request);
    if (reply.ok) outcome.success(texts.done(reply), { next: texts.next(reply), isolate: reply.state.username });
    else if (!isAskedForCode(reply.problem)) showProblem(reply.problem, texts.failed, () => run(button, request, texts, send));
  });
}

/** Whether the form for the code is shown, which needs no further text. @param {Problem} problem */
const isAskedForCode = ({ code }) =>
  code === 'second_factor_required' && byId('secondStep', HTMLElement).checkVisibility();

/** @param {Problem} problem @param {string} failed the key of the text around the reason, if any @param {() => void} retry */
function showProblem(problem, failed, retry) {
  if (problem.code === 'invalid_code') {
    stepForm.refuse(explain(problem));
    return;
  }
  form.mark(Object.keys(problem.errors ?? {}));
  const reason = explain(problem);
  const text = failed === '' || STANDALONE.includes(problem.kind) ? reason : t(failed, reason);
  const actions = {
    retry: { text: t('tryAgain'), run: retry },
    options: { text: t('openOptions'), run: openOptions },
    allow: { text: t('allow'), run: () => allow(problem, retry) },
    reset: { text: t('resetExtension'), run: reset },
  };
  outcome.error(text, remediesFor(problem).map((remedy) => actions[remedy]));
}

/** Browsers ask for a permission only in the handler of a click. @param {Problem} problem @param {() => void} retry */
async function allow({ baseUrl }, retry) {
  if (await requestHost(parseAddress(baseUrl)?.pattern ?? '')) retry();
}

function reset() {
  run(accessProtected, { type: 'reset' }, {
    done: () => t('resetDone'),
    next: () => t('resetNext'),
    failed: 'resetFailed',
  });
}

/** @type {Texts} */
const LOGIN_TEXTS = {
  done: () => t('loginDone'),
  next: ({ data }) => loggedInText(data?.recoveryCodesLeft),
  failed: 'loginFailed',
};

/** @type {Texts} */
const REGISTER_TEXTS = {
  done: () => t('registerDone'),
  next: ({ data }) => data.next,
  failed: 'registerFailed',
};

/**
 * Two requests, so that each can be repeated by itself when a worker is killed. Where an address has to be
 * verified first, a login would only mail another code.
 * @param {Credentials} content
 */
async function registerAndLogIn(content) {
  const reply = await answerTo({ ...content, type: 'register' });
  if (!reply.ok) return reply;
  if (offers.requiresAddress()) return { ...reply, data: { next: t('code_email_not_verified') } };
  const login = await answerTo({ ...content, type: 'login' });
  return { ...reply, ...('state' in login && { state: login.state }), data: { next: t(login.ok ? 'loggedInNext' : 'registerNext') } };
}

/**
 * Sends the form, when there is something in it to send.
 * @param {'register' | 'login'} purpose
 * @param {Texts} texts
 * @param {(content: Credentials) => ReturnType<typeof answerTo>} send
 */
function submit(purpose, texts, send) {
  const content = form.content(purpose);
  const problem = formProblem(purpose, content);
  if (problem) {
    form.mark(problem.fields);
    outcome.error(problem.text);
    return;
  }
  run(byId(purpose, HTMLButtonElement), { type: 'login', ...content }, texts, send);
}

byId('credentials', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  submit('login', LOGIN_TEXTS, answerTo);
});
byId('secondStep', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const code = stepForm.content();
  if (code === '') stepForm.refuse(t('missingCode'));
  else run(byId('confirm', HTMLButtonElement), { type: 'secondStep', code }, LOGIN_TEXTS);
});
byId('back', HTMLButtonElement).addEventListener('click', ({ currentTarget }) => {
  busy(/** @type {HTMLButtonElement} */ (currentTarget), async () => {
    outcome.clear();
    const reply = await answerTo({ type: 'cancelSecondStep' });
    if (!reply.ok) showProblem(reply.problem, '', () => location.reload());
  });
});
byId('register', HTMLButtonElement).addEventListener('click', () => {
  submit('register', REGISTER_TEXTS, registerAndLogIn);
});
accessProtected.addEventListener('click', () => {
  run(accessProtected, { type: 'access' }, {
    done: ({ message }) => message ?? '',
    next: () => t('accessNext'),
    failed: 'accessFailed',
  });
});
byId('logout', HTMLButtonElement).addEventListener('click', ({ currentTarget }) => {
  run(/** @type {HTMLButtonElement} */ (currentTarget), { type: 'logout' }, {
    done: ({ serverNotified }) => t(serverNotified ? 'logoutDone' : 'logoutPending'),
    next: () => t('logoutNext'),
    failed: 'logoutFailed',
  });
});
byId('options', HTMLButtonElement).addEventListener('click', openOptions);
byId('openAccount', HTMLButtonElement).addEventListener('click', () => void openAccount());
byId('usePasskey', HTMLButtonElement).addEventListener('click', () => void openPasskey());

onAnnounced(render);
setInterval(accountView.tick, 1000);
const first = await answerTo({ type: 'state' });
if (!first.ok) showProblem(first.problem, '', () => location.reload());
