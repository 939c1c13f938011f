/**
 * The link for a forgotten password. It is there only once the server has said that it can help.
 */
import { byId, show } from './dom.js';

/** @typedef {import('./protocol.js').Reply} Reply */
/** @typedef {import('./protocol.js').State} State */

/**
 * @param {() => Promise<Reply>} askForPage
 */
export function createForgotLink(askForPage) {
  const link = byId('forgot', HTMLAnchorElement);
  /** The server that was asked last: once while the popup is open, and only when nobody is logged in. */
  let asked = '';

  return {
    /** Nothing waits for the answer; without one the link stays away. @param {State} state */
    async follow({ baseUrl, username }) {
      if (username !== null || baseUrl === asked) return;
      asked = baseUrl;
      show(link, false);
      const reply = await askForPage().catch(() => undefined);
      if (asked !== baseUrl || !reply?.ok || !reply.data) return;
      link.href = reply.data;
      show(link, true);
    },
  };
}
