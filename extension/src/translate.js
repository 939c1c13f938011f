/**
 * Puts texts in the browser's language into a page. The page's own are the English ones.
 */
import { language, t } from './i18n.js';

/** Placeholders for the elements within a text while it is looked up. */
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
 * Fills an element with a text that has other elements in it, as its `$1`, `$2` …
 * @param {Element} element
 * @param {string} key
 * @param {Element[]} children
 */
export function fill(element, key, children) {
  const marks = MARKS.slice(0, children.length);
  const parts = t(key, ...marks).split(/([\uE000-\uE002])/);
  element.replaceChildren(...parts.map((part) => children[MARKS.indexOf(part)] ?? part));
}
