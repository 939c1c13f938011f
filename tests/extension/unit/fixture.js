/**
 * The worker's handlers without a browser.
 */
import { createService } from '../../../clients/js/test/kit.js';
import { createAuthClient } from '../../../extension/client/client.js';
import { memoryArea } from '../../../extension/client/store.js';
import { createRequestHandlers } from '../../../extension/src/requestHandlers.js';

/** Handlers, their service, the permissions that were given back, and what was announced. */
export function createFixture({ allowed = true, managed = /** @type {unknown} */ (undefined) } = {}) {
  const service = createService();
  const areas = { session: memoryArea(), local: memoryArea() };
  /** @type {any[]} */
  const announced = [];
  /** @type {string[]} */
  const granted = [];
  const handlers = createRequestHandlers({
    areas,
    clearStorage: async () => void Object.assign(areas, { session: memoryArea(), local: memoryArea() }),
    managedAddress: async () => managed,
    fetch: service.fetch,
    clientFor: (options) =>
      createAuthClient({ ...options, fetch: service.fetch, storage: areas, sleep: async () => undefined }),
    permissions: {
      has: async () => allowed,
      granted: async () => [...granted],
      release: async (patterns) => {
        for (const pattern of patterns) if (granted.includes(pattern)) granted.splice(granted.indexOf(pattern), 1);
      },
    },
    announce: (state) => announced.push(state),
  });
  /** @param {string} text @param {boolean} [allowInsecure] */
  const save = (text, allowInsecure = false) => handlers.handle({ type: 'save', address: text, allowInsecure });
  return { handlers, service, areas, announced, granted, save };
}

/** @param {import('../../../extension/src/protocol.js').Reply} reply */
export const kindOf = (reply) => (reply.ok ? 'ok' : reply.problem.kind);
