/**
 * Logs in by the password and, for accounts that have one, a second factor; or by a passkey.
 */

/**
 * The result of a login. `recoveryCodesLeft` is present when a recovery code was used.
 * @typedef {{recoveryCodesLeft?: number}} LoginResult
 */

/** The `ceremony` of `passkeyOptions()`, and the `toJSON()` of the browser's credential. @typedef {{ceremony: string, credential: unknown}} PasskeyAnswer */

/**
 * @param {object} parts
 * @param {import('./session.js').Post} parts.post
 * @param {ReturnType<typeof import('./store.js').createStore>} parts.store
 * @param {ReturnType<typeof import('./attempts.js').createAttempts>} parts.attempt
 * @param {ReturnType<typeof import('./secondStep.js').createSecondStep>} parts.second
 * @param {ReturnType<typeof import('./session.js').createSession>} parts.session
 * @param {() => string} parts.random
 * @param {() => void} parts.onChange
 */
export function createLogin({ post, store, attempt, second, session, random, onChange }) {
  /** @param {import('./api.js').Answer} answer @param {{username: string, keep: boolean}} login @returns {Promise<LoginResult>} */
  async function open(answer, login) {
    await session.open(answer, login);
    const { recovery_codes_left: left } = answer;
    return typeof left === 'number' ? { recoveryCodesLeft: left } : {};
  }

  /**
   * Logs in. Can be repeated after a lost answer: no second session is opened. For an account with a second
   * factor this fails with `second_factor_required`; then call `secondStep()`.
   * @param {string} username
   * @param {string} password
   * @param {{keep?: boolean, code?: string}} [options] `keep`: stay logged in when the browser is closed;
   *   `code`: the second factor, if it is known already
   * @returns {Promise<LoginResult>}
   * @throws {import('./errors.js').ApiError}
   */
  async function authenticate(username, password, { keep = true, code } = {}) {
    const login = { username, keep };
    try {
      return await attempt(store.authentication, username, async (key) => {
        return open(await post('/authenticate', { username, password, code }, key), login);
      });
    } catch (error) {
      if (await second.begin(error, login)) onChange();
      throw error;
    }
  }

  /**
   * Finishes a login that waits for its second step. After a wrong code (`invalid_code`) it still waits.
   * Can be repeated with the same code after a lost answer.
   * @param {string} code of the authenticator app, or a recovery code
   * @returns {Promise<LoginResult>}
   * @throws {import('./errors.js').ApiError} of kind `second_step_over` when no login waits (any more): start
   *   again with the password
   */
  const secondStep = (code) => takeSecondStep({ code });

  /** @param {{code: string} | {passkey: PasskeyAnswer}} evidence @returns {Promise<LoginResult>} */
  async function takeSecondStep(evidence) {
    const { token, username, keep } = await second.take();
    return attempt(store.authentication, username, async (key) => {
      const request = post('/authenticate/second', { mfa_token: token, ...evidence }, key);
      const answer = await request.catch(async (error) => {
        throw await second.refused(error);
      });
      return open(answer, { username, keep });
    });
  }

  /**
   * Asks the API for the options of `navigator.credentials.get`: for a login by a passkey alone or, while a
   * login waits for its second step, for the passkey that is its second factor.
   * @returns {Promise<{ceremony: string, options: any}>} `options` for `parseRequestOptionsFromJSON`
   * @throws {import('./errors.js').ApiError}
   */
  async function passkeyOptions() {
    const waiting = await second.find();
    const body = waiting?.secondsLeft ? { mfa_token: waiting.token } : {};
    const { ceremony, options } = await post('/authenticate/passkey/options', body, random());
    return { ceremony: String(ceremony), options };
  }

  /**
   * Logs in by a passkey. Can be repeated with the same answer after a lost one.
   * @param {PasskeyAnswer} answer
   * @param {{keep?: boolean}} [options] as for `authenticate`
   * @returns {Promise<LoginResult>}
   * @throws {import('./errors.js').ApiError}
   */
  async function authenticateByPasskey(answer, { keep = true } = {}) {
    const waiting = await second.find();
    if (waiting?.secondsLeft) return takeSecondStep({ passkey: answer });
    return attempt(store.authentication, '', async (key) => {
      return open(await post('/authenticate/passkey', answer, key), { username: '', keep });
    });
  }

  /** Gives up the login that waits for its second step. */
  async function cancelSecondStep() {
    await second.cancel();
    onChange();
  }

  return { authenticate, secondStep, cancelSecondStep, passkeyOptions, authenticateByPasskey };
}
