/**
 * The part of the account's page about passkeys.
 */
import { byId, row, show } from './dom.js';
import { canUsePasskeys, createPasskey } from './passkeys.js';
import { momentText, passkeyProblem } from './texts.js';

/** @typedef {{id: string, name: string, created_at: string, used_at: string | null}} Passkey */

/**
 * @param {object} parts
 * @param {import('./factorsSection.js').Run} parts.run sends a request, says how it went, and goes on
 * @param {(action: {request: import('./protocol.js').Request, done: string, then: () => unknown}) => Promise<void>} parts.perform
 *   the same, within an action
 * @param {() => Promise<void>} parts.load reads the whole page again
 * @param {import('./outcome.js').Outcome} parts.outcome
 */
export function createPasskeysSection({ run, perform, load, outcome }) {
  const add = byId('addPasskey', HTMLButtonElement);

  /** @param {Passkey} passkey */
  function passkeyRow({ id, name, created_at: madeAt, used_at: usedAt }) {
    const used = usedAt ? `last used ${momentText(usedAt)}` : 'not used yet';
    const item = row(name, `added ${momentText(madeAt)}, ${used}`);
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Remove' });
    button.setAttribute('aria-label', `Remove the passkey ${name}, added ${momentText(madeAt)}`);
    button.addEventListener('click', () => run(button, { type: 'removePasskey', id }, 'The passkey is removed.', load));
    item.append(button);
    return item;
  }

  /** @param {{ceremony: string, options: any}} begun */
  async function create({ ceremony, options }) {
    const credential = await createPasskey(options).catch((error) => {
      outcome.error(passkeyProblem(error, options.rp.id));
    });
    if (!credential) return;
    await perform({ request: { type: 'addPasskey', ceremony, credential }, done: 'The passkey is added.', then: load });
  }

  add.addEventListener('click', () => run(add, { type: 'beginPasskey' }, '', create));

  return {
    /** @param {Passkey[]} passkeys @param {boolean} offered whether the server has passkeys that the browser lets us use */
    render(passkeys, offered) {
      show(byId('passkeys', HTMLElement), offered && canUsePasskeys());
      byId('passkeyList', HTMLElement).replaceChildren(...passkeys.map(passkeyRow));
    },
  };
}
