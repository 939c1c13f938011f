/**
 * The page of the user's account: sessions, password, second factors, activity, export and deletion.
 */
import { ask, onAnnounced } from './src/browserApi.js';
import { button, byId, createBusy, row, show } from './src/dom.js';
import { createEmailSection } from './src/emailSection.js';
import { createFactorsSection } from './src/factorsSection.js';
import { saveAsFile } from './src/files.js';
import { numberText, t } from './src/i18n.js';
import { createOutcome } from './src/outcome.js';
import { canUsePasskeys } from './src/passkeys.js';
import { createPasskeysSection } from './src/passkeysSection.js';
import { createRecentLogin, RECENT_LOGIN, SECOND_STEP } from './src/recentLogin.js';
import { eventText, explain, momentText } from './src/texts.js';
import { translatePage } from './src/translate.js';

/** @typedef {import('./src/protocol.js').Request} Request */
/** @typedef {import('./src/protocol.js').State} State */
/** @typedef {{id: string, device: string, address: string, last_seen: string, current: boolean}} Session */
/** @typedef {{event: string, at: string, last_at: string, count: number, address: string | null}} Event */

/** @type {Record<string, object>} */
const WANTED = { insufficient_user_authentication: RECENT_LOGIN, second_factor_required: SECOND_STEP };

/** Problems after which the page may show what is not true any more. */
const OUTDATED = ['gone', 'interrupted'];

translatePage();
/** Who is logged in; undefined before the first reply. @type {string | null | undefined} */
let shown;
const outcome = createOutcome();
const busy = createBusy();
const recentLogin = createRecentLogin({ answerTo, outcome, busy });
const emailSection = createEmailSection({ run, load, outcome });
const factorsSection = createFactorsSection({ run, load, outcome });
const passkeysSection = createPasskeysSection({ run, perform, load, showCodes: factorsSection.showCodes, outcome });

/** Sends a request; shows a failure. @param {Request} request @returns {Promise<any>} */
async function answerTo(request) {
  const reply = await ask(request).catch(() => undefined);
  if (reply) showUser(reply.state);
  if (reply?.ok) return reply.data ?? {};
  const wanted = WANTED[reply?.problem.code ?? ''];
  if (wanted) return wanted;
  if (reply && OUTDATED.includes(reply.problem.kind)) await load();
  outcome.error(explain(reply ? reply.problem : { kind: 'fault', baseUrl: '' }));
  return undefined;
}

/**
 * Shows who is logged in. When somebody logs in elsewhere, the page starts again: what it shows, and what was typed
 * into it, may be another user's.
 * @param {State} state
 */
function showUser({ username, baseUrl }) {
  if (shown !== undefined && username !== null && username !== shown) location.reload();
  shown = username;
  byId('who', HTMLElement).textContent = username ?? t('nobody');
  byId('api', HTMLElement).textContent = baseUrl;
  show(byId('content', HTMLElement), username !== null);
}

/** Reads everything again. */
async function load() {
  const data = await answerTo({ type: 'account' });
  if (!data) return;
  byId('sessions', HTMLElement).replaceChildren(...data.sessions.map(sessionRow));
  byId('events', HTMLElement).replaceChildren(...data.events.map(eventRow));
  const { factors, offered } = data;
  emailSection.render(data, offered.email);
  factorsSection.render(factors, offered.totp);
  passkeysSection.render(factors, offered.passkeys);
  recentLogin.offer({
    code: factors?.on === true,
    passkey: offered.passkeys && canUsePasskeys() && factors?.passkeys.length > 0,
  });
}

/** The action of a button: its request, the text on success, and a function to call then. @typedef {{request: Request, done: string, then: (data: any) => unknown}} Action */

/**
 * @param {HTMLButtonElement} button
 * @param {Request} request
 * @param {string} done
 * @param {(data: any) => unknown} [then]
 */
function run(button, request, done, then = load) {
  busy(button, () => perform({ request, done, then }));
}

/** @param {Action} action */
async function perform(action) {
  outcome.clear();
  const data = await answerTo(action.request);
  if (data === RECENT_LOGIN || data === SECOND_STEP) recentLogin.ask(data === SECOND_STEP, () => perform(action));
  else if (data) {
    await action.then(data);
    const isOut = !byId('content', HTMLElement).checkVisibility();
    if (action.done) outcome.success(action.done, { next: isOut ? t('closeTab') : '' });
  }
}

/** @param {Session} session */
function sessionRow({ id, device, address, last_seen: lastSeen, current }) {
  const item = row(current ? t('thisSession', device) : device, t('lastSeen', address, momentText(lastSeen)));
  if (!current) {
    const end = button(t('end'), t('endSession', device, momentText(lastSeen)));
    end.addEventListener('click', () => run(end, { type: 'endSession', id }, t('sessionEnded')));
    item.append(end);
  }
  return item;
}

/** @param {Event} event */
function eventRow({ event, last_at: lastAt, count, address }) {
  const text = eventText(event);
  return row(count > 1 ? t('times', text, numberText(count)) : text, `${momentText(lastAt)}${address ? `, ${address}` : ''}`);
}

/** @param {string} form @param {string} name @param {() => Request} request @param {string} done */
function onSubmit(form, name, request, done) {
  byId(form, HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    const sent = request();
    if (Object.values(sent).some((value) => value === '')) outcome.error(t('missingPassword'));
    else run(byId(name, HTMLButtonElement), sent, done, () => resetForm(form));
  });
}

/** @param {string} form */
async function resetForm(form) {
  byId(form, HTMLFormElement).reset();
  if (form === 'passwordForm') await load();
}

/** @param {string} id */
const valueOf = (id) => byId(id, HTMLInputElement).value;

onSubmit('passwordForm', 'changePassword', () => ({ type: 'changePassword', current: valueOf('current'), next: valueOf('next') }), t('passwordChanged'));
onSubmit('deletion', 'deleteAccount', () => ({ type: 'deleteAccount', password: valueOf('deletionPassword') }), t('accountDeleted'));
byId('logoutEverywhere', HTMLButtonElement).addEventListener('click', ({ currentTarget }) => {
  run(/** @type {HTMLButtonElement} */ (currentTarget), { type: 'logoutEverywhere' }, t('allSessionsEnded'), () => undefined);
});
byId('export', HTMLButtonElement).addEventListener('click', ({ currentTarget }) => {
  run(/** @type {HTMLButtonElement} */ (currentTarget), { type: 'export' }, t('downloaded'), (data) => {
    saveAsFile('account.json', 'application/json', JSON.stringify(data, null, 2));
  });
});
onAnnounced(showUser);

await load();
document.body.dataset.ready = 'true';
