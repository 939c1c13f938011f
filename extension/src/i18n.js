/**
 * The texts of `_locales/` in the browser's language, by key. `useMessages` sets their source: the browser's
 * API, or a file in tests.
 */

/**
 * @typedef {object} Messages
 * @property {(key: string, values: string[]) => string} get the message with its `$1`, `$2` … filled in; empty
 *   where there is none
 * @property {string} uiLanguage of the browser; the messages may be in another one
 */

/** @type {Messages} */
let messages = { get: (key) => key, uiLanguage: 'en' };

/** @param {Messages} given */
export function useMessages(given) {
  messages = given;
}

/**
 * @param {string} key
 * @param {(string | number)[]} values for `$1`, `$2` …
 */
export const t = (key, ...values) => messages.get(key, values.map(String));

/** The same, in the plural form for a number, which is `$1`. @param {string} key @param {number} count */
export function plural(key, count) {
  const form = new Intl.PluralRules(language()).select(count);
  return t(`${key}_${form}`, numberText(count));
}

/** The language of the texts, with the user's region, for dates and numbers: `en-GB`. */
export function language() {
  const tag = t('languageTag');
  return messages.uiLanguage.split('-')[0] === tag ? messages.uiLanguage : tag;
}

/** @param {number} number @param {Intl.NumberFormatOptions} [options] */
export const numberText = (number, options) => new Intl.NumberFormat(language(), options).format(number);

/** Whether the API's messages, which are English, are in the language of the texts. */
export const speaksAsApi = () => t('languageTag') === 'en';
