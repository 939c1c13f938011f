/**
 * Shows the optional features of a server: the link for a forgotten password, and passkeys. Nothing is shown
 * before the server has answered.
 */
import { byId, show } from './dom.js';

/**
 * `passkeys`: whether this extension may use them; `email`: whether accounts have an address.
 * @typedef {{forgotPage: string | null, passkeys: boolean, totp: boolean, email: 'off' | 'optional' | 'required'}} Offered
 */
/** @typedef {import('./protocol.js').Reply} Reply */
/** @typedef {import('./protocol.js').State} State */

/**
 * @param {object} parts
 * @param {() => Promise<Reply>} parts.askServer
 * @param {() => boolean} parts.canUsePasskeys whether this browser lets an extension use them
 * @param {() => void} parts.onShown called when something was shown, which may have moved other elements
 */
export function createOffers({ askServer, canUsePasskeys, onShown }) {
  const link = byId('forgot', HTMLAnchorElement);
  const passkey = byId('usePasskey', HTMLButtonElement);
  /** The server that was asked last: each is asked once while the popup is open and nobody is logged in. */
  let asked = '';
  let hasPasskeys = false;
  let addressRequired = false;

  /** @param {State} state */
  function showPasskey({ username, secondStep }) {
    const isOffered = secondStep ? secondStep.factors.includes('passkey') : hasPasskeys;
    show(passkey, username === null && isOffered && canUsePasskeys());
  }

  return {
    /** Whether a login requires a verified address. */
    requiresAddress: () => addressRequired,

    /** Asks the server in the background; if it does not answer, nothing is shown. @param {State} state */
    async follow(state) {
      showPasskey(state);
      const { baseUrl, username } = state;
      if (username !== null || baseUrl === asked) return;
      asked = baseUrl;
      hasPasskeys = addressRequired = false;
      show(link, false);
      const reply = await askServer().catch(() => undefined);
      if (asked !== baseUrl || !reply?.ok) return;
      const { forgotPage, passkeys, email } = reply.data;
      hasPasskeys = passkeys;
      addressRequired = email === 'required';
      if (forgotPage) link.href = forgotPage;
      show(link, forgotPage !== null);
      showPasskey(reply.state);
      onShown();
    },
  };
}
