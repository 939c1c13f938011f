// Prints what `redocly lint` finds in an OpenAPI document by its recommended rules, as JSON.
//
//     node lint.js openapi.json

import { readFileSync } from 'node:fs';
import process from 'node:process';

import { createConfig, lintFromString } from '@redocly/openapi-core';

const [name] = process.argv.slice(2);
const found = await lintFromString({
  source: readFileSync(name, 'utf8'),
  absoluteRef: name,
  config: await createConfig({ extends: ['recommended'] }),
});
const told = found.map(({ severity, ruleId, message, location }) => {
  return { severity, rule: ruleId, message, at: location[0]?.pointer };
});
process.stdout.write(JSON.stringify(told));
