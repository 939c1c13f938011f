/**
 * The worker's part of the page about the user's own account.
 */

/** @typedef {(path: string, init?: RequestInit) => Promise<import('../client/api.js').Answer>} Call */

/**
 * @param {object} parts
 * @param {() => Promise<import('../client/client.js').AuthClient>} parts.client
 * @param {Call} parts.call
 */
export function createAccountHandlers({ client, call }) {
  /** @param {string} method @param {unknown} body @returns {RequestInit} */
  const withBody = (method, body) => ({
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

  return {
    account: async () => {
      const [{ sessions }, { events }] = [await call('/sessions'), await call('/me/activity')];
      return { data: { sessions, events } };
    },
    /** @param {{id: string}} request */
    endSession: async ({ id }) => {
      await call(`/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' });
      return {};
    },
    /** @param {{password: string}} request */
    reauthenticate: async ({ password }) => {
      await (await client()).reauthenticate(password);
      return {};
    },
    logoutEverywhere: async () => {
      await (await client()).logoutEverywhere();
      return {};
    },
    /** @param {{current: string, next: string}} request */
    changePassword: async ({ current, next }) => {
      await call('/password', withBody('POST', { current_password: current, new_password: next }));
      return {};
    },
    export: async () => {
      return { data: await call('/me/export') };
    },
    /** The session ends with the account, so nobody is left to be notified. @param {{password: string}} request */
    deleteAccount: async ({ password }) => {
      await call('/me', withBody('DELETE', { password }));
      await (await client()).logout({ notify: false });
      return {};
    },
  };
}
