import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failure, json, offline } from '../../../clients/js/test/kit.js';
import { createFixture, kindOf } from './fixture.js';

test('the page for a forgotten password is at the chosen server, when that mails', async () => {
  const { handlers, save, service } = createFixture();
  await save('https://api.example.org/auth');
  for (const [reset, page] of [[true, 'https://api.example.org/auth/account/forgot'], [false, null], ['yes', null]]) {
    service.next('/auth/features', () => json(200, { status: 'ok', reset, page: 'https://elsewhere.example.org' }));
    const reply = await handlers.handle({ type: 'offers' });
    assert.equal(reply.ok && reply.data.forgotPage, page);
  }
});

test('a server that knows no features has no such page', async () => {
  const { handlers, service } = createFixture();
  for (const answer of [() => failure(404, 'not_found'), offline]) {
    service.next('/features', answer);
    assert.notEqual(kindOf(await handlers.handle({ type: 'offers' })), 'ok');
  }
});

test('a page over http is nobody\'s way to a new password, unless the user said so', async () => {
  const { areas, handlers, save, service } = createFixture();
  await areas.local.set('address', 'http://api.example.org');
  const reply = await handlers.handle({ type: 'offers' });
  assert.deepEqual([reply.ok && reply.data.forgotPage, service.seen.length], [null, 0]);
  await save('http://api.example.org', true);
  service.next('/features', () => json(200, { status: 'ok', reset: true }));
  const agreed = await handlers.handle({ type: 'offers' });
  assert.equal(agreed.ok && agreed.data.forgotPage, 'http://api.example.org/account/forgot');
});
