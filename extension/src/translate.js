/**
 * Translates a page, whose HTML is in English, into the browser's language.
 */
import { language, t } from './i18n.js';

/** Private-use characters that stand for child elements while a text is filled in. */
const MARKS = ['\uE000', '\uE001', '\uE002'];

/** Attributes with texts, by the attribute that names the key. */
const ATTRIBUTES = { 'data-label': 'aria-label', 'data-alt': 'alt' };

export function translatePage() {
  document.documentElement.lang = language();
  for (const element of document.querySelectorAll('[data-text]')) {
    fill(element, element.getAttribute('data-text') ?? '', [...element.children]);
  }
  for (const [from, attribute] of Object.entries(ATTRIBUTES)) {
    for (const element of document.querySelectorAll(`[${from}]`)) {
      element.setAttribute(attribute, t(element.getAttribute(from) ?? ''));
    }
  }
}

/**
 * Fills an element with a text whose `$1`, `$2` … are the element's children.
 * @param {Element} element
 * @param {string} key
 * @param {Element[]} children
 */
export function fill(element, key, children) {
  const marks = MARKS.slice(0, children.length);
  const parts = t(key, ...marks).split(/([\uE000-\uE002])/);
  element.replaceChildren(...parts.map((part) => children[MARKS.indexOf(part)] ?? part));
}
