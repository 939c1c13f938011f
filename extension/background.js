/**
 * The worker: the only part that uses tokens and the network.
 */
import { createAuthClient } from './client/client.js';
import {
  announce, areas, clearStorage, hideStorage, managedAddress, onBrowserStart, onRequest, permissions, showOnIcon,
} from './src/browserApi.js';
import { isRequest } from './src/protocol.js';
import { createRequestHandlers } from './src/requestHandlers.js';

/** @type {typeof globalThis.fetch} */
const fetch = (input, init) => globalThis.fetch(input, init);

const handlers = createRequestHandlers({
  areas,
  clearStorage,
  managedAddress,
  fetch,
  permissions,
  announce: (state) => {
    showOnIcon(state);
    return announce(state);
  },
  clientFor: (options) => createAuthClient({ ...options, fetch, storage: areas }),
});

/** @param {import('./src/protocol.js').Request} request */
async function serve(request) {
  const reply = await handlers.handle(request);
  showOnIcon(reply.state);
  void handlers.deliverPendingLogouts();
  return reply;
}

hideStorage();
onRequest((message) => (isRequest(message) ? serve(message) : undefined));
onBrowserStart(() => undefined);
void handlers.handle({ type: 'state' }).then(({ state }) => showOnIcon(state));
void handlers.deliverPendingLogouts();
