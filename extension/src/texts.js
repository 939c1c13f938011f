/**
 * What people read: texts for states and problems. Pure.
 */

/** @typedef {import('./protocol.js').Problem} Problem */

const MISSING_CREDENTIALS = 'Please enter a username and password.';
export const MISSING_CODE = 'Please enter the code.';
const SHORT_PASSWORD = 'Password must be at least 8 characters long.';

const SECOND_STEP_OVER = 'The time for the code is over. Please log in again.';

const SHORTEST_PASSWORD = 8;

export const INSECURE_WARNING = 'Beware: over http, others on the network can read passwords. Use https where you can.';

/** What happened and what to do, by kind of problem. @type {Record<Problem['kind'], (problem: Problem) => string>} */
const ERROR_TEXTS = {
  offline: ({ baseUrl }) =>
    `No answer from ${baseUrl}. Start the server, or correct its address in the options.`,
  unavailable: ({ baseUrl, retryAfter }) =>
    `The server at ${baseUrl} is not there at the moment. Try again in ${waitText(retryAfter)}.`,
  redirected: ({ baseUrl }) => `${baseUrl} points to another address. Put that one into the options.`,
  html: ({ baseUrl }) =>
    `${baseUrl} answered with a web page, not with the API. Check the address in the options.`,
  foreign: ({ baseUrl }) =>
    `${baseUrl} answered, but it is not this API. Check the address in the options.`,
  insecure: ({ baseUrl }) =>
    `Passwords would go to ${baseUrl} in clear. Use https, or allow it in the options.`,
  not_allowed: ({ baseUrl }) =>
    `The browser does not let this extension talk to ${baseUrl}. Allow it, or change the address.`,
  no_address: () => 'This is no address of an API. It should look like https://auth.example.org.',
  moved: () => 'The address was changed during the login. Please log in again.',
  managed: () => 'Your administrator has chosen the address. It cannot be changed here.',
  signed_out: () => 'No tokens found. Please login.',
  session_ended: ({ code }) => endedText(code),
  second_step_over: ({ message }) => message ?? SECOND_STEP_OVER,
  refused: refusal,
  storage: () => 'The browser\'s storage cannot be read or written. Free some space on the disk, or reset the extension.',
  gone: () => 'That is not there any more.',
  fault: () => 'Something went wrong in the extension. Close it, open it again, and try once more.',
};

/** @param {Problem} problem */
export function explain(problem) {
  return ERROR_TEXTS[problem.kind](problem);
}

/** What a button under the text can do about a problem. @typedef {'options' | 'allow' | 'reset' | 'retry'} Remedy */

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

/** Why a login ended by itself. @param {string | null} [code] */
export function endedText(code) {
  if (code === 'second_step_over') return SECOND_STEP_OVER;
  const reason =
    code === 'refresh_token_expired'
      ? 'your session has expired'
      : 'the server no longer accepts this session';
  return `You were logged out: ${reason}. Please log in again.`;
}

/** @param {Problem} problem */
function refusal(problem) {
  const { status = 0, baseUrl, retryAfter } = problem;
  if (status === 422) return fieldTexts(problem);
  if (status === 429) return `Too many attempts. Wait ${waitText(retryAfter)}, then try again.`;
  if (status === 503) return `The server is too busy right now. Try again in ${waitText(retryAfter)}.`;
  if (isUnknownRequest(status)) {
    return `${baseUrl} does not know this request. Check the address in the options.`;
  }
  if (status >= 500) return `${serverText(problem)} Try again later.`;
  return serverText(problem);
}

/** @param {number} status */
const isUnknownRequest = (status) => status === 404 || status === 405;

/** @param {Problem} problem */
const serverText = ({ message }) => message ?? 'The server refused without saying why.';

/** Units of time, the longest first, in seconds. @type {[number, string][]} */
const UNITS = [[3600, 'hour'], [60, 'minute'], [1, 'second']];

/** A time to wait, in its two largest units and rounded up: "1 hour", "2 minutes 5 seconds". @param {number} [seconds] */
export function waitText(seconds = 60) {
  const [first, second] = UNITS.slice(seconds < 3600 ? 1 : 0);
  const rounded = Math.ceil(seconds / second[0]) * second[0];
  const parts = [count(Math.floor(rounded / first[0]), first[1]), count((rounded % first[0]) / second[0], second[1])];
  return parts.filter(Boolean).join(' ');
}

/** @param {number} number @param {string} unit */
function count(number, unit) {
  if (number === 0) return '';
  return `${number} ${unit}${number === 1 ? '' : 's'}`;
}

/** @param {Problem} problem */
function fieldTexts(problem) {
  const lines = Object.entries(problem.errors ?? {}).map(([field, texts]) =>
    named(field, texts.join(' ')),
  );
  return lines.length > 0 ? lines.join(' ') : serverText(problem);
}

/** A text that does not say which field it means gets the field's name. @param {string} field @param {string} text */
function named(field, text) {
  if (text.toLowerCase().includes(field.toLowerCase())) return text;
  return `${field.charAt(0).toUpperCase()}${field.slice(1)}: ${text}`;
}

/**
 * What is wrong with a form before anybody is asked, and in which fields.
 * @param {'register' | 'login'} purpose
 * @param {{username: string, password: string}} content
 */
export function formProblem(purpose, { username, password }) {
  const empty = Object.entries({ username: username.trim(), password }).filter(([, text]) => !text);
  if (empty.length > 0) return { text: MISSING_CREDENTIALS, fields: empty.map(([name]) => name) };
  const short = [...password].length < SHORTEST_PASSWORD;
  if (purpose === 'register' && short) return { text: SHORT_PASSWORD, fields: ['password'] };
  return undefined;
}

/** What can be done after a login. @param {number} [codesLeft] after one by a recovery code */
export function loggedInText(codesLeft) {
  if (codesLeft === undefined) return 'You can open the protected resource now.';
  if (codesLeft === 0) return 'That was your last recovery code. Make new ones in “Sessions, password and more”.';
  return `That recovery code is used up. ${count(codesLeft, 'code')} left.`;
}

/** How long the access token lives. @param {number} seconds */
export function lifetimeText(seconds) {
  if (seconds <= 0) return 'expired, renewed at the next use';
  const whole = Math.ceil(seconds);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  return minutes > 0 ? `${minutes} min ${rest} s left` : `${rest} s left`;
}

/** Why the browser gave no passkey. @param {unknown} error the browser's @param {string} domain */
export function passkeyProblem(error, domain) {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'SecurityError') return `This browser lets the extension use no passkeys of ${domain}.`;
  if (name === 'InvalidStateError') return 'This device has a passkey of the account already.';
  return 'The browser gave no passkey.';
}

/** Whether a login asks for more than the password. @param {import('./factorsSection.js').Factors} factors */
export function factorsText({ on, totp, passkeysRequired, codesLeft }) {
  if (!on) return 'Off: your password is all that a login asks for.';
  const parts = [
    totp && `An authenticator app since ${momentText(totp.since)}.`,
    passkeysRequired && 'A passkey beside the password.',
    codesLeft ? `${count(codesLeft, 'recovery code')} left.` : 'No recovery code is left: make new ones.',
  ];
  return parts.filter(Boolean).join(' ');
}

/** Which mail address the account has. @param {import('./emailSection.js').Addresses} addresses */
export function emailText({ email, pendingEmail }) {
  if (email && pendingEmail) return `${email} is verified. It stays until the new one is.`;
  if (email) return `${email} is verified.`;
  return pendingEmail ? 'The address is not verified yet.' : 'You have given none.';
}

/** A moment in the reader's own time and language. @param {string} iso */
export function momentText(iso) {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

/** An event of the API, such as `login_succeeded`, as words. @param {string} event */
export function eventText(event) {
  const words = event.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The letter in the round picture. @param {string} username */
export function initialOf(username) {
  return ([...username.trim()][0] ?? '?').toLocaleUpperCase();
}
