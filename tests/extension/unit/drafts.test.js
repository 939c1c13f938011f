import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryArea } from '../../../extension/client/store.js';
import { createDrafts } from '../../../extension/src/drafts.js';

const CONTENT = { username: 'ann', password: 'half a pass' };

function createFixture() {
  const [area, clock] = [memoryArea(), { now: 1_000_000 }];
  return { area, clock, drafts: createDrafts({ area, now: () => clock.now }) };
}

test('what was typed is there for two minutes', async () => {
  const { clock, drafts } = createFixture();
  await drafts.save(CONTENT);
  clock.now += 120_000;
  const { username, password } = (await drafts.load()) ?? {};
  assert.deepEqual({ username, password }, CONTENT);
});

for (const [name, step] of /** @type {[string, number][]} */ ([['later', 120_001], ['with a clock set back', -1]])) {
  test(`${name} it is gone from the storage too`, async () => {
    const { area, clock, drafts } = createFixture();
    await drafts.save(CONTENT);
    clock.now += step;
    assert.equal(await drafts.load(), undefined);
    assert.equal(await area.get('draft'), undefined);
  });
}

test('a storage that fails costs the draft only', async () => {
  const { area, drafts } = createFixture();
  area.set = area.get = area.remove = () => Promise.reject(new Error('quota'));
  await drafts.save(CONTENT);
  assert.equal(await drafts.load(), undefined);
  await drafts.clear();
});
