/**
 * The worker's part of the page about the user's own account.
 */
import { ApiError } from '../client/errors.js';

/** @typedef {import('../client/client.js').AuthClient} AuthClient */

/**
 * @param {object} parts
 * @param {() => Promise<AuthClient>} parts.client
 * @param {() => Promise<{passkeys: boolean}>} parts.offers what the server offers
 */
export function createAccountHandlers({ client, offers }) {
  /** @type {AuthClient['send']} */
  const send = async (method, path, body) => (await client()).send(method, path, body);

  return {
    account: async () => {
      const { sessions } = await send('GET', '/sessions');
      const { events } = await send('GET', '/me/activity');
      const { passkeys } = await offers().catch(() => ({ passkeys: false }));
      return { data: { sessions, events, factors: await factors(), passkeys } };
    },
    /** @param {{id: string}} request */
    endSession: async ({ id }) => {
      await send('DELETE', `/sessions/${encodeURIComponent(id)}`);
      return {};
    },
    /** @param {{password: string, code: string}} request `code` is empty where there is no second step */
    reauthenticate: async ({ password, code }) => {
      await (await client()).reauthenticate(password, { code: code || undefined });
      return {};
    },
    logoutEverywhere: async () => {
      await (await client()).logoutEverywhere();
      return {};
    },
    /** @param {{current: string, next: string}} request */
    changePassword: async ({ current, next }) => {
      await send('POST', '/password', { current_password: current, new_password: next });
      return {};
    },
    beginTotp: async () => {
      const { secret, svg } = await send('POST', '/me/totp');
      return { data: { secret, svg } };
    },
    /** @param {{code: string}} request */
    confirmTotp: async ({ code }) => {
      const { recovery_codes: codes } = await send('POST', '/me/totp/confirm', { code });
      return { data: { codes } };
    },
    removeTotp: async () => {
      await send('DELETE', '/me/totp');
      return {};
    },
    renewRecoveryCodes: async () => {
      const { recovery_codes: codes } = await send('POST', '/me/recovery-codes');
      return { data: { codes } };
    },
    beginPasskey: async () => {
      const { ceremony, options } = await send('POST', '/me/passkeys/options');
      return { data: { ceremony, options } };
    },
    /** @param {{ceremony: string, credential: string}} request */
    addPasskey: async ({ ceremony, credential }) => {
      await send('POST', '/me/passkeys', { ceremony, credential: JSON.parse(credential) });
      return {};
    },
    /** @param {{id: string}} request */
    removePasskey: async ({ id }) => {
      await send('DELETE', `/me/passkeys/${encodeURIComponent(id)}`);
      return {};
    },
    export: async () => ({ data: await send('GET', '/me/export') }),
    /** The session ends with the account, so nobody is left to be notified. @param {{password: string}} request */
    deleteAccount: async ({ password }) => {
      await send('DELETE', '/me', { password });
      await (await client()).logout({ notify: false });
      return {};
    },
  };

  /** @returns {Promise<unknown>} null at a server that knows no second steps */
  async function factors() {
    try {
      const { second_factor: on, totp, recovery_codes_left: codesLeft, passkeys } = await send('GET', '/me/factors');
      return { on, totp, codesLeft, passkeys };
    } catch (error) {
      if (error instanceof ApiError && error.problem.status === 404) return null;
      throw error;
    }
  }
}
