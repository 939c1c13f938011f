import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readMessages } from './english.js';

const FOLDER = new URL('../../../extension/', import.meta.url);
const [english, german] = ['en', 'de'].map(readMessages);

/** The texts of the extension's own files with one of these ends. @param {RegExp} ends */
const sources = (ends) =>
  readdirSync(FOLDER, { recursive: true })
    .map(String)
    .filter((name) => ends.test(name) && !name.startsWith('client/'))
    .map((name) => readFileSync(new URL(name, FOLDER), 'utf8'));

/** All first groups of a pattern. @param {string[]} texts @param {RegExp} pattern */
const found = (texts, pattern) => texts.flatMap((text) => [...text.matchAll(pattern)].map(([, group]) => group));

const scripts = sources(/\.js$/);
const pages = sources(/\.html$/);
const inPages = found(pages, /\sdata-(?:text|label|alt)="(\w+)"/g);
const inManifest = found(sources(/^manifest\.json$/), /__MSG_(\w+)__/g);

/** A key without the form of a number. @param {string} key */
const base = (key) => key.replace(/_(one|other)$/, '');

test('every text is there in both languages, with the same places for values', () => {
  assert.deepEqual(Object.keys(german), Object.keys(english));
  const places = (/** @type {string} */ text) => [...new Set(text.match(/\$\d/g))].sort();
  for (const [key, { message }] of Object.entries(english)) {
    assert.deepEqual(places(german[key].message), places(message), key);
    assert.ok(german[key].message.trim(), key);
  }
});

test('no text is missing', () => {
  const keys = Object.keys(english).flatMap((key) => [key, base(key)]);
  const either = found(scripts, /\bt\([^'`)]*\?\s*('\w+'\s*:\s*'\w+')/g).flatMap((two) => found([two], /'(\w+)'/g));
  const asked = [...found(scripts, /\b(?:t|plural)\('(\w+)'/g), ...either, ...inPages, ...inManifest];
  assert.ok(asked.length > 100);
  assert.deepEqual(asked.filter((key) => !keys.includes(key)), []);
});

test('no text is unused', () => {
  const families = found(scripts, /\bt\(`(\w+_)\$\{/g);
  assert.deepEqual(families.sort(), ['code_', 'event_', 'says_']);
  const used = new Set([...found(scripts, /'(\w+)'/g), ...inPages, ...inManifest]);
  const unused = Object.keys(english).filter((key) => !used.has(base(key)) && !families.some((family) => key.startsWith(family)));
  assert.deepEqual(unused, []);
});

test('a page says in itself what its English text is', () => {
  const element = /<(\w+)[^>]*\sdata-text="(\w+)"[^>]*>([^]*?)<\/\1>/g;
  for (const page of pages) {
    for (const [, , key, content] of page.matchAll(element)) {
      let place = 0;
      const text = content.replace(/<(\w+)[^>]*><\/\1>/g, () => `$${(place += 1)}`);
      assert.equal(text.trim(), english[key].message, key);
    }
  }
});
