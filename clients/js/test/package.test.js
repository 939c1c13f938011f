import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const BIN = join(ROOT, 'node_modules', '.bin');

/** A first program: the types must allow this, and refuse its mistakes. */
const FIRST_PROGRAM = `
import { ApiError, createAuthClient, createTabStorage, type Problem } from 'authapi-client';
const tabs = createTabStorage();
const client = createAuthClient({ baseUrl: new URL('https://auth.example.org'), storage: tabs.storage, lock: tabs.lock });
export async function greet(signal: AbortSignal): Promise<string> {
  await client.authenticate('ann', 'correct horse battery', { keep: false });
  const response: Response = await client.fetch(new Request('https://auth.example.org/protected'), { signal });
  const { serverNotified } = await client.logout();
  return serverNotified ? await response.text() : '';
}
export const kindOf = (error: unknown): Problem['kind'] | undefined =>
  error instanceof ApiError ? error.problem.kind : undefined;
// @ts-expect-error an address is needed
createAuthClient({});
// @ts-expect-error there is no such kind
export const wrong: Problem['kind'] = 'nonsense';
`;

/** @type {string} */
let folder;
/** @type {string} */
let archive;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authapi-client-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: join(ROOT, 'clients/js') });
  archive = join(folder, JSON.parse(stdout.slice(stdout.indexOf('[')))[0].filename);
});
after(() => rm(folder, { recursive: true, force: true }));

test('publint and arethetypeswrong find nothing', async () => {
  await run(join(BIN, 'publint'), ['--strict', archive]);
  await run(join(BIN, 'attw'), [archive, '--profile', 'esm-only']);
});

test('the installed package needs no other, in JavaScript and in TypeScript', async () => {
  await writeFile(join(folder, 'package.json'), '{"type": "module", "private": true}');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', archive], { cwd: folder });
  const script = "import('authapi-client').then((client) => console.log(Object.keys(client).join()))";
  const { stdout } = await run(process.execPath, ['--eval', script], { cwd: folder });
  assert.match(stdout, /createAuthClient/);
  await writeFile(join(folder, 'first.ts'), FIRST_PROGRAM);
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023,dom', '--types', ''];
  await run(join(BIN, 'tsc'), [...options, 'first.ts'], { cwd: folder });
});
