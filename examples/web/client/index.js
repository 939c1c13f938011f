/**
 * A client of authapi for pages, extensions and programs.
 */
export { isInsecure, isLoopback, normalizeBaseUrl } from './address.js';
export { readAnswer } from './api.js';
export { createAuthClient } from './client.js';
export { ApiError, isFinal } from './errors.js';
export { defaultLock, inProcessLock } from './locks.js';
export { memoryArea } from './store.js';
export { createTabStorage } from './tabStorage.js';

/** @typedef {import('./client.js').AuthClient} AuthClient */
/** @typedef {import('./client.js').ClientOptions} ClientOptions */
/** @typedef {import('./client.js').SecondStepState} SecondStepState */
/** @typedef {import('./client.js').State} State */
/** @typedef {import('./errors.js').Kind} Kind */
/** @typedef {import('./errors.js').Problem} Problem */
/** @typedef {import('./locks.js').Lock} Lock */
/** @typedef {import('./login.js').LoginResult} LoginResult */
/** @typedef {import('./login.js').PasskeyAnswer} PasskeyAnswer */
/** @typedef {import('./store.js').Area} Area */
/** @typedef {import('./store.js').Areas} Areas */
