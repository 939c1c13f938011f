/* Looks at a page as people do; run inside it. */

/** All that is wrong with it. */
function flaws() {
  const named = Object.entries({ nameless, pale, edgeless, tiny, unfocused });
  return named.flatMap(([name, find]) => find().map((element) => [name, element.outerHTML]));
}

/** Controls that no visible words of their own name: a placeholder is no label. */
function nameless() {
  return visible('input, button, select, textarea, a.link').filter((control) => {
    const words = [...(control.labels ?? [])].filter((label) => label.checkVisibility());
    return ![control, ...words].some((element) => element.textContent.trim() !== '');
  });
}

/** Texts too pale for their ground: AA wants 4.5. */
function pale() {
  return visible('body *').filter((element) => {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    return (own || element.value) && contrast(colour(element), ground(element)) < 4.5;
  });
}

/** Fields whose edge cannot be told from what is around them: AA wants 3. */
function edgeless() {
  return visible('input:not([type="checkbox"]), button:not(.link, .quiet)').filter((control) => {
    const edge = numbers(getComputedStyle(control).borderTopColor);
    return contrast(edge, ground(control.parentElement)) < 3;
  });
}

/** Controls that are hard to hit: AA wants 24 by 24. */
function tiny() {
  return visible('button, input, a.link').filter((control) => {
    const target = control.type === 'checkbox' ? control.labels[0] : control;
    const { width, height } = target.getBoundingClientRect();
    return width < 24 || height < 24;
  });
}

/** Controls that do not show that they have the keyboard's focus. */
function unfocused() {
  const before = document.activeElement;
  before.blur();
  const found = visible('button, input, a.link').filter((control) => {
    control.focus({ focusVisible: true });
    const { outlineStyle, outlineColor, outlineWidth } = getComputedStyle(control);
    const seen = contrast(numbers(outlineColor), ground(control.parentElement)) >= 3;
    return outlineStyle !== 'solid' || parseFloat(outlineWidth) < 2 || !seen;
  });
  before.focus();
  return found;
}

/** Texts that are cut off, or reach out of the window. An address may be: its title has the rest. */
function clipped() {
  const found = visible('body *').filter((element) => {
    const { right, width } = element.getBoundingClientRect();
    if (width > 1 && right > document.documentElement.clientWidth + 1) return true;
    if (element.title || element.matches('input, progress, img, ul') || getComputedStyle(element).display === 'inline') return false;
    return element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 2;
  });
  return found.map((element) => element.outerHTML);
}

function visible(selector) {
  return [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility());
}

const numbers = (text) => text.match(/[\d.]+/g).map(Number);
const colour = (element) => numbers(getComputedStyle(element).color);

function ground(element) {
  const own = numbers(getComputedStyle(element).backgroundColor);
  return own[3] === 0 ? ground(element.parentElement) : own;
}

function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(parts) {
  const [red, green, blue] = parts.slice(0, 3).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
