/**
 * Shows in the popup who is logged in and how long the access token is valid.
 */
import { byId, show } from './dom.js';
import { initialOf, lifetimeText } from './texts.js';

/** @typedef {import('./protocol.js').State} State */

/**
 * @param {(state: State) => void} onUserChanged called when the user has changed: another one, or none
 */
export function createAccountView(onUserChanged) {
  /** @type {State | undefined} */
  let shown;
  /** When the access token expires, on the scale of `performance.now()`, in milliseconds. */
  let endsAt = 0;

  /** @param {State} state */
  function render(state) {
    const userChanged = shown?.username !== state.username;
    shown = state;
    endsAt = performance.now() + 1000 * state.secondsLeft;
    const api = byId('api', HTMLElement);
    api.textContent = api.title = state.baseUrl;
    show(byId('insecure', HTMLElement), state.insecure);
    showPerson(state.username);
    tick();
    if (userChanged) onUserChanged(state);
  }

  function tick() {
    const left = Math.max(0, (endsAt - performance.now()) / 1000);
    byId('lifetime', HTMLElement).textContent = lifetimeText(left);
    byId('life', HTMLProgressElement).value = shown?.lifetime ? left / shown.lifetime : 0;
  }

  return { render, tick };
}

/** @param {string | null} username */
function showPerson(username) {
  const signedIn = username !== null;
  show(byId('credentials', HTMLElement), !signedIn);
  show(byId('account', HTMLElement), signedIn);
  show(byId('logout', HTMLElement), signedIn);
  show(byId('openAccount', HTMLElement), signedIn);
  const access = byId('accessProtected', HTMLElement);
  access.classList.toggle('primary', signedIn);
  access.classList.toggle('quiet', !signedIn);
  const name = byId('name', HTMLElement);
  name.textContent = name.title = username ?? '';
  byId('initial', HTMLElement).textContent = signedIn ? initialOf(username) : '';
}
