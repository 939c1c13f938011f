/* Logs in, adds passkeys and tries them. The tokens stay in this page's memory, and end with it. */

/**
 * @typedef {{ access_token: string, refresh_token: string }} Tokens
 * @typedef {{ ceremony: string, credential: object }} Shown
 * @typedef {{ id: string, name: string }} Passkey
 * @typedef {{ signalUnknownCredential?: (which: object) => Promise<void> }} Signalling
 */

/** Failures that send back to the login. */
const OVER = new Set(['invalid_token', 'token_expired', 'insufficient_user_authentication']);

/** Failures after which the service has no passkey of what a browser made; after others it may. */
const REFUSED = new Set(['invalid_passkey', 'validation_error']);

/** @param {string} id */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @param {string} id */
const field = (id) => /** @type {HTMLInputElement} */ (at(id));

/** @type {Tokens | null} */
let tokens = null;
/** What a login has shown by now: the token of its first step, or a passkey that wants the password.
 * @type {{ mfa_token?: string, passkey?: Shown }} */
let begun = {};
let busy = false;

/**
 * Ask the service, whose paths begin where this page's path has `/account`.
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 */
async function ask(method, path, body) {
  /** @type {Record<string, string>} */
  const headers = body ? { 'Content-Type': 'application/json' } : {};
  if (tokens) headers['Authorization'] = `Bearer ${tokens.access_token}`;
  const request = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(new URL(`..${path}`, location.href), request);
  const answer = await response.json();
  if (answer.status !== 'ok') throw answer;
  if (answer.refresh_token) tokens = answer;
  else if (tokens && answer.access_token) tokens = { ...tokens, ...answer };
  return answer;
}

/**
 * Let the browser show a passkey.
 * @param {object} who
 * @returns {Promise<Shown>}
 */
async function show(who) {
  const { ceremony, options } = await ask('POST', '/authenticate/passkey/options', who);
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials.get({ publicKey });
  return { ceremony, credential: /** @type {PublicKeyCredential} */ (credential).toJSON() };
}

/** @param {string} [word] What is said of a success; nothing takes away what is there. */
function tell(word) {
  at('refusal').hidden = true;
  at('result').hidden = !word;
  at('result').textContent = word ? (at('result').dataset[word] ?? '') : '';
}

/** @param {{ code?: unknown, name?: string, factors?: string[] }} failure Of the service, or a DOMException. */
function refuse(failure) {
  const said = at('refusal').dataset;
  const named = typeof failure.code === 'string' ? failure.code : (failure.name ?? 'other');
  const code = OVER.has(named) ? 'insufficient_user_authentication' : named.toLowerCase();
  tell();
  at('refusal').textContent = said[wantsPassword(failure) ? 'password_first' : code] ?? said['other'] ?? '';
  at('refusal').hidden = false;
  at('refusal').focus();
}

/** @param {{ code?: unknown, factors?: string[] }} failure */
function wantsPassword(failure) {
  return failure.code === 'second_factor_required' && failure.factors?.includes('password');
}

/** Show the login, or the account once all of it is there: before that a click on it would be passed over. */
async function refresh() {
  const there = tokens !== null;
  at('login').hidden = there;
  at('use').hidden = there;
  at('code-field').hidden = begun.mfa_token === undefined;
  try {
    if (there) await load();
  } finally {
    at('account').hidden = tokens === null;
  }
}

async function load() {
  /** @type {{ passkeys: Passkey[] }} */
  const { passkeys } = await ask('GET', '/me/factors');
  at('none').hidden = passkeys.length > 0;
  at('try').hidden = passkeys.length === 0;
  at('who').textContent = (await ask('GET', '/me')).username;
  at('list').replaceChildren(...passkeys.map(item));
}

/** @param {Passkey} passkey */
function item(passkey) {
  const template = /** @type {HTMLTemplateElement} */ (at('item'));
  const line = /** @type {HTMLElement} */ (template.content.cloneNode(true)).firstElementChild;
  const [name, button] = /** @type {HTMLElement} */ (line).children;
  if (name) name.textContent = passkey.name;
  const remove = async () => {
    await ask('DELETE', `/me/passkeys/${passkey.id}`);
    await offerNoMore(passkey.id);
    return 'removed';
  };
  if (button) when(/** @type {HTMLElement} */ (button), 'click', remove);
  return /** @type {HTMLElement} */ (line);
}

async function logIn() {
  const typed = { username: field('username').value, password: field('password').value };
  if (begun.mfa_token) {
    await ask('POST', '/authenticate/second', { ...begun, code: field('code').value });
  } else {
    await ask('POST', '/authenticate', { ...typed, ...begun });
  }
}

async function usePasskey() {
  const { mfa_token } = begun;
  const passkey = await show(mfa_token ? { mfa_token } : {});
  if (mfa_token) {
    await ask('POST', '/authenticate/second', { mfa_token, passkey });
    return 'worked';
  }
  try {
    await ask('POST', '/authenticate/passkey', passkey);
  } catch (failure) {
    if (wantsPassword(/** @type {object} */ (failure))) begun = { passkey };
    throw failure;
  }
  return 'worked';
}

async function tryPasskey() {
  await ask('POST', '/reauthenticate', { passkey: await show({}) });
  return 'worked';
}

/** @param {string} credentialId Of a passkey that the account does not have: browsers would offer it on. */
async function offerNoMore(credentialId) {
  const browser = /** @type {Signalling} */ (/** @type {unknown} */ (PublicKeyCredential));
  try {
    /** @type {{ passkeys: Passkey[] }} */
    const { passkeys } = await ask('GET', '/me/factors');
    if (passkeys.some(({ id }) => id === credentialId)) return; // the refusal was of a repeat
    const { rp_id: rpId } = await ask('GET', '/features');
    await browser.signalUnknownCredential?.({ rpId, credentialId });
  } catch {
    // It is removed all the same; the browser goes on to offer it.
  }
}

async function add() {
  const { ceremony, options } = await ask('POST', '/me/passkeys/options', {});
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const made = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }));
  const name = field('name').value.trim();
  const sent = { ceremony, credential: made.toJSON(), ...(name && { name }) };
  await ask('POST', '/me/passkeys', sent).catch(async (failure) => {
    if (REFUSED.has(failure.code)) await offerNoMore(made.id);
    throw failure;
  });
  field('name').value = '';
  return 'added';
}

/** Forget the tokens, and end their session without waiting for it: the page may be going away. */
function forget() {
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ refresh_token: tokens?.refresh_token });
  const request = { method: 'POST', headers, body, keepalive: true };
  if (tokens) fetch(new URL('../logout', location.href), request).catch(() => undefined);
  tokens = null;
}

async function logOut() {
  const { refresh_token } = tokens ?? {};
  tokens = null;
  await ask('POST', '/logout', { refresh_token });
}

/**
 * Do something for an event, and say how it went.
 * @param {HTMLElement} source
 * @param {string} event
 * @param {() => Promise<string | void>} action
 */
function when(source, event, action) {
  source.addEventListener(event, async (submitted) => {
    submitted.preventDefault();
    if (busy) return; // a second click would open a second session
    busy = true;
    tell('wait');
    try {
      const word = await action();
      begun = {};
      field('password').value = field('code').value = '';
      await refresh();
      tell(word ?? undefined);
    } catch (failure) {
      const refusal = /** @type {{ code?: unknown, mfa_token?: string }} */ (failure);
      if (refusal.mfa_token) begun = { mfa_token: refusal.mfa_token };
      if (OVER.has(String(refusal.code))) {
        begun = {};
        forget();
      }
      if (!tokens) await refresh();
      refuse(refusal);
    } finally {
      busy = false;
    }
  });
}

when(at('login'), 'submit', logIn);
when(at('use'), 'click', usePasskey);
when(at('add'), 'click', add);
when(at('try'), 'click', tryPasskey);
when(at('log-out'), 'click', logOut);
addEventListener('pagehide', () => {
  forget();
  refresh();
});
if (typeof window.PublicKeyCredential?.parseCreationOptionsFromJSON === 'function') refresh();
else refuse({ code: 'unsupported' });
