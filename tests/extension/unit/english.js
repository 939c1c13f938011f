/**
 * The words of `_locales/`, read as a browser does it.
 */
import { readFileSync } from 'node:fs';
import { useMessages } from '../../../extension/src/i18n.js';

/** @param {string} language @returns {Record<string, {message: string}>} */
export const readMessages = (language) =>
  JSON.parse(readFileSync(new URL(`../../../extension/_locales/${language}/messages.json`, import.meta.url), 'utf8'));

/** Lets the modules speak a language. @param {string} language @param {string} [uiLanguage] */
export function speak(language, uiLanguage = language) {
  const messages = readMessages(language);
  useMessages({
    uiLanguage,
    get: (key, values) => (messages[key]?.message ?? '').replace(/\$(\d)/g, (_, place) => values[place - 1] ?? ''),
  });
}

speak('en');
