/**
 * Shows the result of the last action under the buttons, and what the user can do next.
 */
import { byId, isolated } from './dom.js';

/** @typedef {{text: string, run: () => unknown}} Action */
/** @typedef {ReturnType<typeof createOutcome>} Outcome */

export function createOutcome() {
  const outcome = byId('outcome', HTMLElement);
  const status = byId('status', HTMLElement);
  const nextStep = byId('nextStep', HTMLElement);
  const remedies = byId('remedies', HTMLElement);

  /** Scrolls it into view in a small window. */
  function keepInSight() {
    if (status.className) outcome.scrollIntoView({ block: 'nearest' });
  }

  /** @param {string} kind @param {Node[]} content @param {string} next @param {Action[]} actions */
  function set(kind, content, next, actions) {
    status.replaceChildren(...content);
    status.className = kind && `show ${kind}`;
    nextStep.textContent = next;
    remedies.replaceChildren(...actions.map(buttonFor));
    keepInSight();
  }

  return {
    /**
     * @param {string} text
     * @param {{next?: string, isolate?: string | null}} [more] `isolate`: a name that may be written
     *   from right to left
     */
    success: (text, { next = '', isolate = null } = {}) => set('success', isolated(text, isolate), next, []),
    /** @param {string} text @param {Action[]} [actions] */
    error: (text, actions = []) => set('error', isolated(text, null), '', actions),
    clear: () => set('', [], '', []),
    keepInSight,
  };
}

/** @param {Action} action */
function buttonFor({ text, run }) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = text;
  button.addEventListener('click', () => void run());
  return button;
}
