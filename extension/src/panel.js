/**
 * The popup's face: shows who is logged in and how long the token lives.
 */
import { byId, show } from './page.js';
import { initialOf, lifetimeText } from './views.js';

/** @typedef {import('./messages.js').State} State */

/**
 * @param {(state: State) => void} onArrival called when somebody else is logged in than before, or nobody
 */
export function createPanel(onArrival) {
  /** @type {State | undefined} */
  let shown;
  /** The moment the access token ends, by this page's own stopwatch. */
  let endsAt = 0;

  /** @param {State} state */
  function render(state) {
    const arrival = shown?.username !== state.username;
    shown = state;
    endsAt = performance.now() + 1000 * state.secondsLeft;
    byId('api', HTMLElement).textContent = state.baseUrl;
    showPerson(state.username);
    tick();
    if (arrival) onArrival(state);
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
  byId('accessProtected', HTMLElement).classList.toggle('primary', signedIn);
  byId('name', HTMLElement).textContent = username ?? '';
  byId('initial', HTMLElement).textContent = signedIn ? initialOf(username) : '';
}
