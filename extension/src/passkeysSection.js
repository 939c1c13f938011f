/**
 * The section of the account page for passkeys.
 */
import { byId, button, row, show } from './dom.js';
import { t } from './i18n.js';
import { canUsePasskeys, createPasskey } from './passkeys.js';
import { momentText, passkeyProblem } from './texts.js';

/** @typedef {{id: string, name: string, created_at: string, used_at: string | null}} Passkey */

/** The longest name that the API accepts. */
const LONGEST_NAME = 64;

/**
 * @param {object} parts
 * @param {import('./factorsSection.js').Run} parts.run sends a request, shows its result, and calls `then`
 * @param {(action: {request: import('./protocol.js').Request, done: string, then: () => unknown}) => Promise<void>} parts.perform
 *   the same without disabling the buttons, from within an action
 * @param {() => Promise<void>} parts.load reads the whole page again
 * @param {(data: {codes: string[]}) => Promise<void>} parts.showCodes shows new recovery codes, if there are any
 * @param {import('./outcome.js').Outcome} parts.outcome
 */
export function createPasskeysSection({ run, perform, load, showCodes, outcome }) {
  const add = byId('addPasskey', HTMLButtonElement);
  const require = byId('requirePasskey', HTMLButtonElement);
  const notRequire = byId('dispensePasskey', HTMLButtonElement);

  /** @param {Passkey} passkey */
  function passkeyRow(passkey) {
    const { id, name, created_at: madeAt, used_at: usedAt } = passkey;
    const made = momentText(madeAt);
    const item = row(name, usedAt ? t('passkeyUsed', made, momentText(usedAt)) : t('passkeyUnused', made));
    const rename = button(t('rename'), t('renamePasskey', name, made));
    const remove = button(t('remove'), t('removePasskey', name, made));
    rename.addEventListener('click', () => item.replaceChildren(nameForm(passkey, () => item.replaceWith(passkeyRow(passkey)))));
    remove.addEventListener('click', () => run(remove, { type: 'removePasskey', id }, t('passkeyRemoved'), load));
    item.append(rename, remove);
    return item;
  }

  /** @param {Passkey} passkey @param {() => void} cancel */
  function nameForm({ id, name }, cancel) {
    const form = document.createElement('form');
    const label = Object.assign(document.createElement('label'), { textContent: t('name'), className: 'field' });
    const field = label.appendChild(document.createElement('input'));
    const save = Object.assign(button(t('save')), { type: 'submit', className: 'primary' });
    const back = button(t('cancel'));
    Object.assign(field, { value: name, maxLength: LONGEST_NAME, required: true });
    back.addEventListener('click', cancel);
    form.noValidate = true;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const typed = field.value.trim();
      if (typed) run(save, { type: 'renamePasskey', id, name: typed }, t('passkeyRenamed'), load);
      else outcome.error(t('missingName'));
    });
    const pair = Object.assign(document.createElement('div'), { className: 'pair' });
    pair.append(back, save);
    form.append(label, pair);
    requestAnimationFrame(() => field.select());
    return form;
  }

  /** @param {{ceremony: string, options: any}} begun */
  async function create({ ceremony, options }) {
    const credential = await createPasskey(options).catch((error) => {
      outcome.error(passkeyProblem(error, options.rp.id));
    });
    if (!credential) return;
    await perform({ request: { type: 'addPasskey', ceremony, credential }, done: t('passkeyAdded'), then: load });
  }

  add.addEventListener('click', () => run(add, { type: 'beginPasskey' }, '', create));
  require.addEventListener('click', () => {
    run(require, { type: 'requirePasskey', required: true }, t('passkeyRequiredNow'), showCodes);
  });
  notRequire.addEventListener('click', () => {
    run(notRequire, { type: 'requirePasskey', required: false }, t('passkeyDispensed'), load);
  });

  return {
    /** @param {import('./factorsSection.js').Factors | null} factors @param {boolean} offered whether the server has passkeys that the browser lets us use */
    render(factors, offered) {
      const { passkeys, passkeysRequired } = factors ?? { passkeys: [], passkeysRequired: undefined };
      show(byId('passkeys', HTMLElement), offered && canUsePasskeys());
      byId('passkeyList', HTMLElement).replaceChildren(...passkeys.map(passkeyRow));
      byId('requirementSaid', HTMLElement).textContent = t(passkeysRequired ? 'passkeyRequired' : 'passkeyEither');
      show(byId('requirementSaid', HTMLElement), passkeys.length > 0 && passkeysRequired !== undefined);
      show(require, passkeys.length > 0 && passkeysRequired === false);
      show(notRequire, passkeysRequired === true);
    },
  };
}
