/**
 * The browser's permissions for hosts.
 * @typedef {object} HostPermissions
 * @property {(pattern: string) => Promise<boolean>} has
 * @property {() => Promise<string[]>} granted the patterns that the user has agreed to
 * @property {(patterns: string[]) => Promise<void>} release gives them back
 */
export {};
