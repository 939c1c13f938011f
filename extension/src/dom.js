/**
 * Small helpers that the pages share. They know the document and nothing else.
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

/** The live region: says how the last action went. @param {HTMLElement} element */
export function createStatus(element) {
  /** @param {string} text @param {string} classes */
  const set = (text, classes) => {
    element.textContent = text;
    element.className = classes;
  };
  return {
    /** @param {string} text */
    success: (text) => set(text, 'show success'),
    /** @param {string} text */
    error: (text) => set(text, 'show error'),
    clear: () => set('', ''),
  };
}

/**
 * One action at a time. The buttons keep the keyboard's focus, so they are not `disabled` but say
 * `aria-disabled` and do nothing.
 */
export function createBusy() {
  let working = false;
  /** @param {boolean} on */
  const setAll = (on) => {
    working = on;
    for (const button of document.querySelectorAll('button')) {
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
