import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddress } from '../../../extension/src/address.js';

/** @type {[string, string][]} */
const ADDRESSES = [
  ['localhost:8000', 'http://localhost:8000'],
  ['127.0.0.1', 'http://127.0.0.1'],
  ['LocalHost/v1', 'http://localhost/v1'],
  ['[::1]:8000', 'http://[::1]:8000'],
  [' http://127.0.0.1:8000/ ', 'http://127.0.0.1:8000'],
  ['HTTPS://Api.Example.org/v1/?q#h', 'https://api.example.org/v1'],
  ['auth.example.org', 'https://auth.example.org'],
  ['auth.example.org:8443/v1', 'https://auth.example.org:8443/v1'],
  ['192.168.1.5:8000', 'https://192.168.1.5:8000'],
  ['http://192.168.1.5:8000', 'http://192.168.1.5:8000'],
  ['localhost.example.org', 'https://localhost.example.org'],
  ['bücher.example', 'https://xn--bcher-kva.example'],
];
for (const [text, baseUrl] of ADDRESSES) {
  test(`${text} means ${baseUrl}`, () => assert.equal(parseAddress(text)?.baseUrl, baseUrl));
}

const NO_ADDRESSES = [
  '', ' ', 'ftp://x', 'http://', 'https://', 'http:/host', 'https:/host', 'http:host', 'http//host',
  'http://u:p@x', 'u:p@x', 'javascript://x', 'a b', 'https://*', 'https://*/', 'https://*.example.org', '*',
  '“https://api.example.org”', '"api.example.org"', "'api.example.org'", '«api.example.org»',
  'https://“api.example.org”', 'https://api.example.org/“', 'https://api.example.org:99999', '<all_urls>',
  'https:///host', 'https://a,b', 'mailto:ann@example.org',
];
for (const text of NO_ADDRESSES) {
  test(`${JSON.stringify(text)} is no address`, () => assert.equal(parseAddress(text), undefined));
}

test('permissions are asked for by host, without the port', () => {
  assert.deepEqual(parseAddress('http://api.example.org:8443/v1'), {
    baseUrl: 'http://api.example.org:8443/v1',
    pattern: 'http://api.example.org/*',
    insecure: true,
  });
  assert.equal(parseAddress('http://localhost:1')?.insecure, false);
  assert.equal(parseAddress('https://api.example.org')?.insecure, false);
});
