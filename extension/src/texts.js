/**
 * What people read: texts for states and problems. Pure.
 */

/** @typedef {import('./api.js').Problem} Problem */

const MISSING_CREDENTIALS = 'Please enter a username and password.';
const SHORT_PASSWORD = 'Password must be at least 8 characters long.';

const SHORTEST_PASSWORD = 8;

/** What happened and what to do, by kind of problem. @type {Record<Problem['kind'], (problem: Problem) => string>} */
const ERROR_TEXTS = {
  offline: ({ baseUrl }) =>
    `No answer from ${baseUrl}. Start the server, or correct its address in the options.`,
  redirected: ({ baseUrl }) => `${baseUrl} points to another address. Put that one into the options.`,
  html: ({ baseUrl }) =>
    `${baseUrl} answered with a web page, not with the API. Check the address in the options.`,
  foreign: ({ baseUrl }) =>
    `${baseUrl} answered, but it is not this API. Check the address in the options.`,
  not_allowed: ({ baseUrl }) =>
    `The browser does not let this extension talk to ${baseUrl}. Allow it in the options.`,
  no_address: () => 'This is no address of an API. It should look like http://127.0.0.1:8000.',
  signed_out: () => 'No tokens found. Please login.',
  session_ended: ({ code }) => endedText(code),
  refused: refusal,
  fault: () => 'Something went wrong in the extension. Close it, open it again, and try once more.',
};

/** @param {Problem} problem */
export function explain(problem) {
  return ERROR_TEXTS[problem.kind](problem);
}

/** Why a login ended by itself. @param {string | null} [code] */
export function endedText(code) {
  const reason =
    code === 'refresh_token_expired'
      ? 'your session has expired'
      : 'the server no longer accepts this session';
  return `You were logged out: ${reason}. Please log in again.`;
}

/** @param {Problem} problem */
function refusal(problem) {
  const { status = 0, baseUrl } = problem;
  if (status === 422) return fieldTexts(problem);
  if (status === 429) return `Too many attempts. Wait ${waiting(problem)}, then try again.`;
  if (status === 503) return `The server is too busy right now. Try again in ${waiting(problem)}.`;
  if (status === 404 || status === 405) {
    return `${baseUrl} does not know this request. Check the address in the options.`;
  }
  if (status >= 500) return `${said(problem)} Try again later.`;
  return said(problem);
}

/** @param {Problem} problem */
const said = ({ message }) => message ?? 'The server refused without saying why.';

/** @param {Problem} problem */
function waiting({ retryAfter }) {
  if (retryAfter === undefined) return 'a minute';
  return retryAfter === 1 ? '1 second' : `${retryAfter} seconds`;
}

/** @param {Problem} problem */
function fieldTexts(problem) {
  const lines = Object.entries(problem.errors ?? {}).map(([field, texts]) =>
    named(field, texts.join(' ')),
  );
  return lines.length > 0 ? lines.join(' ') : said(problem);
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

/** How long the access token lives. @param {number} seconds */
export function lifetimeText(seconds) {
  if (seconds <= 0) return 'expired, renewed at the next use';
  const whole = Math.ceil(seconds);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  return minutes > 0 ? `${minutes} min ${rest} s left` : `${rest} s left`;
}

/** The letter in the round picture. @param {string} username */
export function initialOf(username) {
  return ([...username.trim()][0] ?? '?').toLocaleUpperCase();
}
