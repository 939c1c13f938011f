/**
 * Helpers for the document of a page.
 */

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`no such element: ${id}`);
  return element;
}

/** @param {Element} element @param {boolean} visible */
export function show(element, visible) {
  element.classList.toggle('hidden', !visible);
}

/**
 * Isolates a name within a text, so that a right-to-left name does not reorder the words around it.
 * @param {string} text
 * @param {string | null} name
 * @returns {Node[]}
 */
export function isolated(text, name) {
  const parts = name ? text.split(name) : [text];
  return parts.flatMap((part, index) => {
    const before = index === 0 ? [] : [Object.assign(document.createElement('bdi'), { textContent: name })];
    return [...before, document.createTextNode(part)];
  });
}

/** @param {string} text @param {string} [label] for screen readers */
export function button(text, label) {
  const made = Object.assign(document.createElement('button'), { type: 'button', textContent: text });
  if (label) made.setAttribute('aria-label', label);
  return made;
}

/** A row of a list. @param {string} title @param {string} hint */
export function row(title, hint) {
  const item = document.createElement('li');
  const texts = item.appendChild(document.createElement('div'));
  texts.append(
    Object.assign(document.createElement('p'), { textContent: title }),
    Object.assign(document.createElement('p'), { textContent: hint, className: 'hint' }),
  );
  return item;
}

/**
 * Runs one action at a time. Meanwhile buttons have `aria-disabled` and do nothing; with `disabled` they
 * would lose the keyboard's focus.
 */
export function createBusy() {
  let working = false;
  /** @param {boolean} on */
  const setAll = (on) => {
    working = on;
    for (const button of document.querySelectorAll('button:not(.link)')) {
      button.setAttribute('aria-disabled', String(on));
    }
  };
  /** @param {HTMLButtonElement} button @param {() => Promise<void>} work */
  return async (button, work) => {
    if (working) return;
    setAll(true);
    button.setAttribute('aria-busy', 'true');
    try {
      await work();
    } finally {
      button.removeAttribute('aria-busy');
      setAll(false);
    }
  };
}
