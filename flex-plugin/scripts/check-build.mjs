// What is released is small, has no copy of Flex or React, and the source stays short.
import { readFileSync, readdirSync } from 'node:fs';

const LIMIT = 550_000;
const LINES = 1_200;
// In the code of React and Flex, and nowhere else.
const STRANGERS = ['__SECRET_INTERNALS_DO_NOT_USE_OR_YOU_WILL_BE_FIRED', '__reactContainer', 'WorkerDirectoryTabsImpl'];

const folder = new URL('../', import.meta.url);
const read = (path) => readFileSync(new URL(path, folder), 'utf8');
const problems = [];

const bundle = read('build/plugin-flex-chat-transfer.js');
const bytes = Buffer.byteLength(bundle);
console.log(`Built plugin: ${bytes} bytes, at most ${LIMIT}`);
if (bytes > LIMIT) problems.push('The built plugin is too large.');
for (const stranger of STRANGERS) {
  if (bundle.includes(stranger)) problems.push(`The built plugin contains ${stranger}.`);
}

const sources = readdirSync(new URL('src/', folder)).filter((name) => name !== 'openapi.ts');
const lines = sources.reduce((sum, name) => sum + read(`src/${name}`).split('\n').length - 1, 0);
console.log(`Source: ${lines} lines, at most ${LINES}`);
if (lines > LINES) problems.push('The source is too long.');

if (/"resolved":/.test(read('package-lock.json'))) problems.push('package-lock.json names where packages came from.');

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
