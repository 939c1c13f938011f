/**
 * Texts for states and problems, in the browser's language.
 */
import { language, numberText, plural, speaksAsApi, t } from './i18n.js';

/** @typedef {import('./protocol.js').Problem} Problem */

const SHORTEST_PASSWORD = 8;

/** The error message of each kind of problem. @type {Record<Problem['kind'], (problem: Problem) => string>} */
const ERROR_TEXTS = {
  offline: ({ baseUrl }) => t('problemOffline', baseUrl),
  unavailable: ({ baseUrl, retryAfter }) => t('problemUnavailable', baseUrl, waitText(retryAfter)),
  redirected: ({ baseUrl }) => t('problemRedirected', baseUrl),
  html: ({ baseUrl }) => t('problemHtml', baseUrl),
  foreign: ({ baseUrl }) => t('problemForeign', baseUrl),
  insecure: ({ baseUrl }) => t('problemInsecure', baseUrl),
  not_allowed: ({ baseUrl }) => t('problemNotAllowed', baseUrl),
  no_address: () => t('problemNoAddress'),
  moved: () => t('problemMoved'),
  managed: () => t('problemManaged'),
  signed_out: () => t('problemSignedOut'),
  session_ended: ({ code }) => endedText(code),
  second_step_over: ({ message }) => (speaksAsApi() && message) || t('stepOver'),
  refused: refusal,
  storage: () => t('problemStorage'),
  gone: () => t('problemGone'),
  interrupted: () => t('problemInterrupted'),
  fault: () => t('problemFault'),
};

/** @param {Problem} problem */
export function explain(problem) {
  return ERROR_TEXTS[problem.kind](problem);
}

/** The action of a button below an error message. @typedef {'options' | 'allow' | 'reset' | 'retry'} Remedy */

/** @type {Partial<Record<Problem['kind'], Remedy[]>>} */
const REMEDIES = {
  offline: ['retry', 'options'],
  unavailable: ['retry'],
  redirected: ['options'],
  html: ['options'],
  foreign: ['options'],
  insecure: ['options'],
  not_allowed: ['allow', 'options'],
  storage: ['reset'],
};

/** @param {Problem} problem @returns {Remedy[]} */
export function remediesFor({ kind, status = 0 }) {
  if (kind === 'refused' && status === 503) return ['retry'];
  if (kind === 'refused' && isUnknownRequest(status)) return ['options'];
  return REMEDIES[kind] ?? [];
}

/** The message for a login that the server ended, or whose time is over. @param {string | null} [code] */
export function endedText(code) {
  if (code === 'second_step_over') return t('stepOver');
  return t(code === 'refresh_token_expired' ? 'sessionExpired' : 'sessionRefused');
}

/** @param {Problem} problem */
function refusal(problem) {
  const { status = 0, baseUrl, retryAfter } = problem;
  if (status === 422) return fieldTexts(problem);
  if (status === 429) return t('refusedLimit', waitText(retryAfter));
  if (status === 503) return t('refusedBusy', waitText(retryAfter));
  if (isUnknownRequest(status)) return t('refusedUnknown', baseUrl);
  if (status >= 500) return t('refusedLater', serverText(problem));
  return serverText(problem);
}

/** @param {number} status */
const isUnknownRequest = (status) => status === 404 || status === 405;

/** The API's message, or its translation. @param {Problem} problem */
const serverText = ({ code, message }) =>
  (!speaksAsApi() && t(`code_${code}`)) || message || t('refusedSilently');

/** Units of time, the longest first, in seconds. @type {[number, string][]} */
const UNITS = [[3600, 'hour'], [60, 'minute'], [1, 'second']];

/** A time to wait, in its two largest units and rounded up: "1 hour", "2 minutes 5 seconds". @param {number} [seconds] */
export function waitText(seconds = 60) {
  const [first, second] = UNITS.slice(seconds < 3600 ? 1 : 0);
  const rounded = Math.ceil(seconds / second[0]) * second[0];
  const parts = [
    [Math.floor(rounded / first[0]), first[1]],
    [(rounded % first[0]) / second[0], second[1]],
  ];
  return parts
    .filter(([number]) => number !== 0)
    .map(([number, unit]) => numberText(Number(number), { style: 'unit', unit: String(unit), unitDisplay: 'long' }))
    .join(' ');
}

/** @param {Problem} problem */
function fieldTexts(problem) {
  const lines = Object.entries(problem.errors ?? {}).map(([field, texts]) => {
    const own = texts.map(translated);
    return own.every(Boolean) ? own.join(' ') : named(field, texts.join(' '));
  });
  return lines.length > 0 ? lines.join(' ') : serverText(problem);
}

/** The translation of what the API says about a field; empty where there is none, as in English. @param {string} text */
const translated = (text) =>
  speaksAsApi() ? '' : t(`says_${text.replace(/\W+$/, '').replace(/\W+/g, '_').toLowerCase()}`);

/** A text, with the field's name before it where it does not name the field. @param {string} field @param {string} text */
function named(field, text) {
  const name = field.replaceAll('_', ' ');
  const subject = name.split(' ').at(-1) ?? name;
  if (text.toLowerCase().includes(subject.toLowerCase())) return text;
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}: ${text}`;
}

/**
 * Checks a form before it is sent; returns the error message and the wrong fields.
 * @param {'register' | 'login'} purpose
 * @param {{username: string, password: string}} content
 */
export function formProblem(purpose, { username, password }) {
  const empty = Object.entries({ username: username.trim(), password }).filter(([, text]) => !text);
  if (empty.length > 0) return { text: t('missingCredentials'), fields: empty.map(([name]) => name) };
  const short = [...password].length < SHORTEST_PASSWORD;
  if (purpose === 'register' && short) return { text: t('shortPassword'), fields: ['password'] };
  return undefined;
}

/** What the user can do after a login. @param {number} [codesLeft] after one by a recovery code */
export function loggedInText(codesLeft) {
  if (codesLeft === undefined) return t('loggedInNext');
  return codesLeft === 0 ? t('lastRecoveryCodeUsed') : plural('recoveryCodeUsed', codesLeft);
}

/** How long the access token lives. @param {number} seconds */
export function lifetimeText(seconds) {
  if (seconds <= 0) return t('tokenExpired');
  const whole = Math.ceil(seconds);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  return minutes > 0 ? t('minutesLeft', numberText(minutes), numberText(rest)) : t('secondsLeft', numberText(rest));
}

/** The message for a passkey that the browser did not provide. @param {unknown} error the browser's @param {string} domain */
export function passkeyProblem(error, domain) {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'SecurityError') return t('passkeyForeign', domain);
  return t(name === 'InvalidStateError' ? 'passkeyThere' : 'passkeyNone');
}

/** The text about the second factors of an account. @param {import('./factorsSection.js').Factors} factors */
export function factorsText({ on, totp, passkeysRequired, codesLeft }) {
  if (!on) return t('secondStepOff');
  const parts = [
    totp && t('appOnSince', momentText(totp.since)),
    passkeysRequired && t('passkeyBeside'),
    codesLeft ? plural('recoveryCodesLeft', codesLeft) : t('recoveryCodesGone'),
  ];
  return parts.filter(Boolean).join(' ');
}

/** The text about the account's email address. @param {import('./emailSection.js').Addresses} addresses */
export function emailText({ email, pendingEmail }) {
  if (email) return t(pendingEmail ? 'emailChanging' : 'emailVerified', email);
  return t(pendingEmail ? 'emailWaits' : 'emailNone');
}

/** A moment in the reader's own time and language. @param {string} iso */
export function momentText(iso) {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

/** An event of the API, such as `login_succeeded`, as a text; also one that this extension does not know. @param {string} event */
export function eventText(event) {
  const words = event.replaceAll('_', ' ');
  return t(`event_${event}`) || words.charAt(0).toUpperCase() + words.slice(1);
}

/** The letter in the user's avatar. @param {string} username */
export function initialOf(username) {
  return ([...username.trim()][0] ?? '?').toLocaleUpperCase(language());
}
