/**
 * The words for people, by key, in the language of the browser. They are in `_locales/`; who finds them
 * there is told once: a browser does it by itself, a test by reading the file.
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

/** The same, in the form for a number, which is `$1`. @param {string} key @param {number} count */
export function plural(key, count) {
  const form = new Intl.PluralRules(language()).select(count);
  return t(`${key}_${form}`, numberText(count));
}

/** The language of the messages, as the browser's user wants dates and numbers in it: `en-GB`. */
export function language() {
  const spoken = t('languageTag');
  return messages.uiLanguage.split('-')[0] === spoken ? messages.uiLanguage : spoken;
}

/** @param {number} number @param {Intl.NumberFormatOptions} [options] */
export const numberText = (number, options) => new Intl.NumberFormat(language(), options).format(number);

/** Whether the API's own words are in the language of the messages. */
export const speaksAsApi = () => t('languageTag') === 'en';
