/**
 * The worker: the only part that touches tokens and the network.
 */
import { createAuthClient } from './src/client.js';
import { createRequestHandlers } from './src/requestHandlers.js';
import { isRequest } from './src/protocol.js';
import { announce, areas, hideStorage, lock, mayReach, onBrowserStart, onRequest } from './src/browserApi.js';

/** @type {typeof globalThis.fetch} */
const fetch = (input, init) => globalThis.fetch(input, init);

const handlers = createRequestHandlers({
  areas,
  fetch,
  mayReach,
  announce,
  clientFor: (baseUrl, onChange) => createAuthClient({ baseUrl, fetch, storage: areas, lock, onChange }),
});

/** @param {import('./src/protocol.js').Request} request */
async function serve(request) {
  const reply = await handlers.handle(request);
  if (request.type !== 'logout') handlers.deliverPendingLogouts();
  return reply;
}

hideStorage();
onRequest((message) => (isRequest(message) ? serve(message) : undefined));
onBrowserStart(() => undefined);
handlers.deliverPendingLogouts();
