/**
 * Handles requests of the account page, in the worker.
 */
import { ApiError } from '../client/errors.js';
import { RequestError } from './protocol.js';

/** @typedef {import('../client/client.js').AuthClient} AuthClient */

/**
 * @param {object} parts
 * @param {() => Promise<AuthClient>} parts.client
 * @param {() => Promise<import('./offers.js').Offered>} parts.offers what the server offers
 * @param {() => Promise<void>} parts.forgetUsername removes the name that the popup's form is filled with
 */
export function createAccountHandlers({ client, offers, forgetUsername }) {
  /** @type {AuthClient['send']} */
  const send = async (method, path, body) => (await client()).send(method, path, body);

  /** The same for one item of a list, which may be gone meanwhile. @type {AuthClient['send']} */
  const sendAbout = (method, path, body) =>
    send(method, path, body).catch((error) => {
      throw isNotFound(error) ? new RequestError({ ...error.problem, kind: 'gone' }) : error;
    });

  /** @param {Promise<import('../client/api.js').Answer>} answer */
  const codesOf = async (answer) => ({ data: { codes: (await answer).recovery_codes ?? [] } });

  /** @param {string} id */
  const passkey = (id) => `/me/passkeys/${encodeURIComponent(id)}`;

  return {
    account: async () => {
      const [offered, { sessions }, { events }, { email = null, pending_email: pendingEmail = null }, known] =
        await Promise.all([offers(), send('GET', '/sessions'), send('GET', '/me/activity'), send('GET', '/me'), factors()]);
      return { data: { offered, sessions, events, email, pendingEmail, factors: known } };
    },
    /** @param {{id: string}} request */
    endSession: async ({ id }) => {
      await sendAbout('DELETE', `/sessions/${encodeURIComponent(id)}`);
      return {};
    },
    /** @param {{password: string, code: string}} request `code` is empty where there is no second step */
    reauthenticate: async ({ password, code }) => {
      await (await client()).reauthenticate(password, { code: code || undefined });
      return {};
    },
    stepUpOptions: () => beginCeremony('/authenticate/passkey/options'),
    /** @param {{ceremony: string, credential: string}} request */
    stepUp: async ({ ceremony, credential }) => {
      await send('POST', '/reauthenticate', { passkey: { ceremony, credential: JSON.parse(credential) } });
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
    /** @param {{email: string}} request */
    setEmail: async ({ email }) => {
      await send('PUT', '/me/email', { email });
      return {};
    },
    /** @param {{code: string}} request */
    verifyEmail: async ({ code }) => {
      await send('POST', '/me/email/verify', { code });
      return {};
    },
    resendEmail: async () => {
      await sendAbout('POST', '/me/email/resend');
      return {};
    },
    removeEmail: async () => {
      await send('DELETE', '/me/email');
      return {};
    },
    beginTotp: async () => {
      const { secret, svg } = await send('POST', '/me/totp');
      return { data: { secret, svg } };
    },
    /** @param {{code: string}} request */
    confirmTotp: ({ code }) => codesOf(send('POST', '/me/totp/confirm', { code })),
    removeTotp: async () => {
      await send('DELETE', '/me/totp');
      return {};
    },
    renewRecoveryCodes: () => codesOf(send('POST', '/me/recovery-codes')),
    beginPasskey: () => beginCeremony('/me/passkeys/options'),
    /** @param {{ceremony: string, credential: string}} request */
    addPasskey: async ({ ceremony, credential }) => {
      await send('POST', '/me/passkeys', { ceremony, credential: JSON.parse(credential) });
      return {};
    },
    /** @param {{id: string, name: string}} request */
    renamePasskey: async ({ id, name }) => {
      await sendAbout('PATCH', passkey(id), { name });
      return {};
    },
    /** @param {{id: string}} request */
    removePasskey: async ({ id }) => {
      await sendAbout('DELETE', passkey(id));
      return {};
    },
    /** @param {{required: boolean}} request */
    requirePasskey: ({ required }) => codesOf(sendAbout('PUT', '/me/second-factor', { passkeys: required })),
    export: async () => ({ data: await send('GET', '/me/export') }),
    /** The session ends with the account, so no logout has to be sent. @param {{password: string}} request */
    deleteAccount: async ({ password }) => {
      await send('DELETE', '/me', { password });
      await (await client()).logout({ notify: false });
      await forgetUsername();
      return {};
    },
  };

  /** Asks the server for a ceremony and its options. @param {string} path */
  async function beginCeremony(path) {
    const { ceremony, options } = await send('POST', path, {});
    return { data: { ceremony, options } };
  }

  /** @returns {Promise<import('./factorsSection.js').Factors | null>} null at a server that knows no second steps */
  async function factors() {
    try {
      const { second_factor: on, totp, recovery_codes_left: codesLeft, passkeys_required: passkeysRequired, passkeys } =
        /** @type {any} */ (await send('GET', '/me/factors'));
      return { on, totp, codesLeft, passkeysRequired, passkeys: passkeys ?? [] };
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }
}

/** @param {unknown} error @returns {error is ApiError} */
const isNotFound = (error) => error instanceof ApiError && error.problem.status === 404;
