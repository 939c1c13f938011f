// A resource server that verifies access tokens with the public keys: Node without packages.
//
//     AUTH_URL=https://auth.example PORT=9000 node resource-server.js
//
// docs/resource-servers.md says what has to be checked, and what the keys alone cannot tell.

import { Buffer } from 'node:buffer';
import { createPublicKey, verify } from 'node:crypto';
import { createServer } from 'node:http';
import process from 'node:process';

const { AUTH_URL = 'http://127.0.0.1:8000', PORT = '9000' } = process.env;
const { JWT_ISSUER = 'authapi', JWT_AUDIENCE = 'authapi' } = process.env;
const { KEYS_COOLDOWN_SECONDS = '5' } = process.env; // for unknown kids
const KEEP_KEYS_MS = 300_000;
const LEEWAY_SECONDS = 60; // by which clocks may differ
const HASHES = { EdDSA: null, ES256: 'sha256', RS256: 'sha256' }; // never HS256: the key is public

/** @typedef {import('node:crypto').JsonWebKey & {kid: string, alg: keyof typeof HASHES}} Jwk */

/** @typedef {[number, Record<string, string>, unknown]} Answer */

/** @type {Map<string, Jwk>} */
let keys = new Map();
let fetchedAt = -Infinity;

/** @param {string} kid */
async function keyOf(kid) {
  const age = Date.now() - fetchedAt;
  if (age > KEEP_KEYS_MS || (!keys.has(kid) && age >= Number(KEYS_COOLDOWN_SECONDS) * 1000)) {
    const patience = { signal: AbortSignal.timeout(5000) };
    const answer = await fetch(`${AUTH_URL}/.well-known/jwks.json`, patience);
    if (!answer.ok) throw new Error(`the keys could not be fetched: ${answer.status}`);
    const published = /** @type {{keys: Jwk[]}} */ (await answer.json());
    const usable = published.keys.filter(({ kid, alg }) => kid && alg in HASHES);
    if (!usable.length) throw new Error('no keys came');
    keys = new Map(usable.map((key) => [key.kid, key]));
    fetchedAt = Date.now();
  }
  return keys.get(kid);
}

/**
 * Returns the claims of an access token, or null if it is invalid.
 * @param {string} token
 * @returns {Promise<Record<string, unknown> | null>}
 */
async function verified(token) {
  const parts = token.split('.');
  if (parts.length !== 3) return null;
  const [header, claims] = parts.slice(0, 2).map(decoded);
  if (header?.typ !== 'at+jwt' || typeof header.kid !== 'string') return null; // RFC 9068, 4
  const jwk = await keyOf(header.kid);
  if (!jwk || jwk.alg !== header.alg) return null;
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const signed = Buffer.from(`${parts[0]}.${parts[1]}`);
  const signature = Buffer.from(parts[2] ?? '', 'base64url');
  const options = { key, dsaEncoding: /** @type {const} */ ('ieee-p1363') };
  if (!verify(HASHES[jwk.alg], signed, options, signature)) return null;
  const now = Date.now() / 1000;
  const valid =
    claims &&
    claims.iss === JWT_ISSUER &&
    claims.aud === JWT_AUDIENCE &&
    Number(claims.exp) > now - LEEWAY_SECONDS &&
    Number(claims.iat) < now + LEEWAY_SECONDS;
  return valid ? claims : null;
}

/**
 * @param {string} part
 * @returns {Record<string, unknown> | null}
 */
function decoded(part) {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return null;
  }
}

/**
 * @param {string | undefined} authorization
 * @returns {Promise<Answer>}
 */
async function answerTo(authorization = '') {
  const [, token] = /^bearer +(\S+)$/i.exec(authorization) ?? [];
  if (!token) return refused('missing_token', 'Bearer');
  const caller = await verified(token);
  if (!caller) return refused('invalid_token', 'Bearer error="invalid_token"');
  return [200, {}, { orders: [], of: caller.uid, roles: caller.roles ?? [] }];
}

/**
 * @param {string} code
 * @param {string} challenge
 * @returns {Answer}
 */
function refused(code, challenge) {
  const message = 'An access token is needed.';
  return [401, { 'WWW-Authenticate': challenge }, { status: 'error', code, message }];
}

const server = createServer(async (request, response) => {
  const away = { status: 'error', code: 'service_unavailable', message: 'Try again.' };
  const [status, headers, body] = await answerTo(request.headers.authorization).catch(
    () => /** @type {Answer} */ ([503, { 'Retry-After': '2' }, away]),
  );
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
});
server.listen(Number(PORT), '127.0.0.1');
