/**
 * Shows in the popup who is logged in and how long the access token is valid. Otherwise shows the form for the
 * password, or the form for the code while a login waits for its second step.
 */
import { byId, show } from './dom.js';
import { initialOf, lifetimeText } from './texts.js';

/** @typedef {import('./protocol.js').State} State */

/**
 * @param {object} listeners
 * @param {(state: State, before?: State) => void} listeners.onUserChanged called when the user has changed:
 *   another one, none, or one whose login waits for its second step
 * @param {() => unknown} listeners.onStepOver called when the time for a second step is over
 */
export function createAccountView({ onUserChanged, onStepOver }) {
  /** @type {State | undefined} */
  let shown;
  /** When the access token expires, on the scale of `performance.now()`, in milliseconds. */
  let endsAt = 0;
  /** When the time for a second step is over, on the same scale. */
  let stepEndsAt = Infinity;

  /** @param {State} state */
  function render(state) {
    const before = shown;
    const { username, secondStep } = state;
    const userChanged = before?.username !== username || before?.secondStep?.username !== secondStep?.username;
    shown = state;
    endsAt = performance.now() + 1000 * state.secondsLeft;
    stepEndsAt = secondStep ? performance.now() + 1000 * secondStep.secondsLeft : Infinity;
    const api = byId('api', HTMLElement);
    api.textContent = api.title = state.baseUrl;
    show(byId('insecure', HTMLElement), state.insecure);
    showPerson(state);
    tick();
    if (userChanged) onUserChanged(state, before);
  }

  function tick() {
    const left = Math.max(0, (endsAt - performance.now()) / 1000);
    byId('lifetime', HTMLElement).textContent = lifetimeText(left);
    byId('life', HTMLProgressElement).value = shown?.lifetime ? left / shown.lifetime : 0;
    if (performance.now() < stepEndsAt) return;
    stepEndsAt = Infinity;
    onStepOver();
  }

  return { render, tick };
}

/** @param {State} state */
function showPerson({ username, secondStep }) {
  const signedIn = username !== null;
  show(byId('credentials', HTMLElement), !signedIn && !secondStep);
  show(byId('secondStep', HTMLElement), secondStep !== null);
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
