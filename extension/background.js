/**
 * The worker: the only part that touches tokens and the network.
 */
import { createAuthClient } from './src/client.js';
import { createDesk } from './src/desk.js';
import { isRequest } from './src/messages.js';
import { announce, areas, hideStorage, lock, mayReach, onBrowserStart, onRequest } from './src/platform.js';

/** @type {typeof globalThis.fetch} */
const fetch = (input, init) => globalThis.fetch(input, init);

const desk = createDesk({
  areas,
  fetch,
  mayReach,
  announce,
  clientFor: (baseUrl, onChange) => createAuthClient({ baseUrl, fetch, storage: areas, lock, onChange }),
});

/** @param {import('./src/messages.js').Request} request */
async function serve(request) {
  const reply = await desk.handle(request);
  if (request.type !== 'logout') desk.settle();
  return reply;
}

hideStorage();
onRequest((message) => (isRequest(message) ? serve(message) : undefined));
onBrowserStart(() => undefined);
desk.settle();
