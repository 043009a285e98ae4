// What is released is small and has no copy of Flex or React.
import { readFileSync } from 'node:fs';

// Most of it is Paste, which Flex does not hand to plugins: its dialogs are 100,000 bytes, the languages are 55,000.
const LIMIT = 680_000;
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

if (/"resolved":/.test(read('package-lock.json'))) problems.push('package-lock.json names where packages came from.');

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
