// A resource server that verifies access tokens with the public keys: Express and jose.
//
//     npm install express jose
//     AUTH_URL=https://auth.example PORT=9000 node resource-server-express.js
//
// docs/resource-servers.md says what has to be checked, and what the keys alone cannot tell.

import process from 'node:process';

import express from 'express';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

const { AUTH_URL = 'http://127.0.0.1:8000', PORT = '9000' } = process.env;
const { JWT_ISSUER = 'authapi', JWT_AUDIENCE = 'authapi' } = process.env;
const { KEYS_COOLDOWN_SECONDS = '5' } = process.env;

const keys = createRemoteJWKSet(new URL(`${AUTH_URL}/.well-known/jwks.json`), {
  cacheMaxAge: 300_000,
  cooldownDuration: Number(KEYS_COOLDOWN_SECONDS) * 1000, // for unknown kids
});
const CHECKS = {
  algorithms: ['EdDSA', 'ES256', 'RS256'], // never HS256: the key is public
  audience: JWT_AUDIENCE,
  clockTolerance: 60, // seconds by which clocks may differ
  issuer: JWT_ISSUER,
  maxTokenAge: '1d', // with it, an `iat` in the future is refused too
  requiredClaims: ['exp', 'sub', 'jti'],
  typ: 'at+jwt', // RFC 9068, 4
};

function haveKeysCome() {
  return keys.jwks()?.keys.some(({ kid, alg }) => kid && CHECKS.algorithms.includes(alg ?? ''));
}

/**
 * Whether the token is invalid; otherwise the keys could not be fetched.
 * @param {unknown} error
 */
function isTokenInvalid(error) {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return false;
  if (error instanceof errors.JWKSNoMatchingKey && !haveKeysCome()) return false;
  return error instanceof errors.JOSEError && error.code !== errors.JOSEError.code;
}

/**
 * @param {express.Response} response
 * @param {number} status
 * @param {string} code
 * @param {Record<string, string>} headers
 */
function refuse(response, status, code, headers) {
  const message = 'An access token is needed.';
  response.status(status).set(headers).json({ status: 'error', code, message });
}

const app = express();

app.use(async (request, response, next) => {
  const [, token] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (!token) return refuse(response, 401, 'missing_token', { 'WWW-Authenticate': 'Bearer' });
  try {
    response.locals.caller = (await jwtVerify(token, keys, CHECKS)).payload;
  } catch (error) {
    if (!isTokenInvalid(error)) {
      return refuse(response, 503, 'service_unavailable', { 'Retry-After': '2' });
    }
    const challenge = { 'WWW-Authenticate': 'Bearer error="invalid_token"' };
    return refuse(response, 401, 'invalid_token', challenge);
  }
  return next();
});

app.get('/orders', (_request, response) => {
  const { uid, roles = [] } = response.locals.caller;
  response.json({ orders: [], of: uid, roles });
});

app.listen(Number(PORT), '127.0.0.1');
