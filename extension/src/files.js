/**
 * Offers a file as a download.
 * @param {string} name
 * @param {string} type
 * @param {string} content
 */
export function saveAsFile(name, type, content) {
  const file = new Blob([content], { type });
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(file), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}
