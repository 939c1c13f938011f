/**
 * Copies the client to where it is used without a build step. `node clients/js/scripts/copies.js`
 * writes the copies; with `--check` it only says which of them differ, and fails then.
 */
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';

const ROOT = new URL('../../../', import.meta.url);
const SOURCE = new URL('clients/js/src/', ROOT);

/** Each folder, and the modules that are copied there with all that they import. @type {Record<string, string[]>} */
const COPIES = {
  'extension/client/': ['client.js'],
  'examples/web/client/': ['index.js'],
};

/** Single files, each with its original. @type {Record<string, string>} */
const FILES = { 'examples/web/theme.css': 'extension/theme.css' };

/** The text of modules, and of all modules that they import, by name. @param {string[]} names */
async function closure(names) {
  /** @type {Map<string, string>} */
  const found = new Map();
  const missing = [...names];
  for (let name = missing.pop(); name !== undefined; name = missing.pop()) {
    if (found.has(name)) continue;
    const text = await readFile(new URL(name, SOURCE), 'utf8');
    found.set(name, text);
    missing.push(...Array.from(text.matchAll(/^(?:import|export) .* from '\.\/(.+)';$/gm), ([, path]) => path));
  }
  return found;
}

/** @param {URL} folder @param {Map<string, string>} files @returns {Promise<string[]>} what differs */
async function differences(folder, files) {
  const present = await readdir(folder).catch(() => []);
  const unexpected = present.filter((name) => !files.has(name));
  const changed = [];
  for (const [name, text] of files) {
    const copy = await readFile(new URL(name, folder), 'utf8').catch(() => undefined);
    if (copy !== text) changed.push(name);
  }
  return [...unexpected, ...changed];
}

/** @param {URL} folder @param {Map<string, string>} files */
async function write(folder, files) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, text] of files) await writeFile(new URL(name, folder), text);
}

const isCheck = process.argv.includes('--check');

/** @param {string} path @param {string} source */
function reportDifference(path, source) {
  process.stderr.write(`${path} differs from ${source}. Update it: npm run --prefix clients/js copies\n`);
  process.exitCode = 1;
}

for (const [path, source] of Object.entries(FILES)) {
  const text = await readFile(new URL(source, ROOT), 'utf8');
  if (!isCheck) await writeFile(new URL(path, ROOT), text);
  if ((await readFile(new URL(path, ROOT), 'utf8')) !== text) reportDifference(path, source);
}

for (const [path, modules] of Object.entries(COPIES)) {
  const folder = new URL(path, ROOT);
  const files = await closure(modules);
  if (!isCheck) await write(folder, files);
  for (const name of await differences(folder, files)) reportDifference(path + name, 'clients/js/src');
}
