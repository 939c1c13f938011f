/**
 * The input of the form, kept while the popup is closed: in the session storage, never on disk, for two minutes.
 */
import { item } from '../client/store.js';

/** @typedef {{username: string, password: string, typedAt: number}} Draft */

const LIFETIME_MS = 120_000;

/** @param {any} value */
const isDraft = ({ username, password, typedAt }) =>
  typeof username === 'string' && typeof password === 'string' && Number.isFinite(typedAt);

/**
 * @param {object} parts
 * @param {import('../client/store.js').Area} parts.area
 * @param {() => number} parts.now milliseconds
 */
export function createDrafts({ area, now }) {
  /** @type {ReturnType<typeof item<Draft>>} */
  const draft = item(area, 'draft', isDraft);
  return {
    /** @param {{username: string, password: string}} content */
    save: ({ username, password }) =>
      draft.set({ username, password, typedAt: now() }).catch(() => undefined),
    /** @returns {Promise<Draft | undefined>} what was typed, unless it is too old */
    load: async () => {
      const found = await draft.get().catch(() => undefined);
      if (!found || (now() >= found.typedAt && now() - found.typedAt <= LIFETIME_MS)) return found;
      await draft.remove().catch(() => undefined);
      return undefined;
    },
    clear: () => draft.remove().catch(() => undefined),
  };
}
