// Type-checks the plugin against each version of Flex UI that it supports, and brings the lowest for tests in a browser.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

// Those that the registry has; 2.13 was not published there. The newest is the one of package.json.
export const SUPPORTED = ['2.12.0', '2.14.0', '2.15.1', '2.16.0'];

const folder = resolve(dirname(fileURLToPath(import.meta.url)), '..');
// Below the newest one, so that what Flex's types import is found where that one has it.
const kept = resolve(folder, 'node_modules/@twilio/flex-ui/node_modules/.versions');

/** The folder of a version, brought once. */
export function folderOf(version) {
  const path = resolve(kept, version);
  if (!existsSync(resolve(path, 'package.json'))) {
    mkdirSync(path, { recursive: true });
    execFileSync('npm', ['pack', '--silent', `@twilio/flex-ui@${version}`, '--pack-destination', path]);
    execFileSync('tar', ['-xzf', resolve(path, `twilio-flex-ui-${version}.tgz`), '-C', path, '--strip-components=1']);
  }
  return path;
}

function check(version) {
  const path = folderOf(version);
  const config = resolve(path, 'tsconfig.plugin.json');
  const compilerOptions = { paths: { '@twilio/flex-ui': [resolve(path, 'src/index.d.ts')] } };
  writeFileSync(
    config,
    JSON.stringify({ extends: resolve(folder, 'tsconfig.json'), compilerOptions, include: [resolve(folder, 'src')] }),
  );
  try {
    execFileSync(resolve(folder, 'node_modules/.bin/tsc'), ['--project', config], { stdio: 'inherit' });
    console.log(`Flex UI ${version}: types fit`);
    return true;
  } catch {
    console.error(`Flex UI ${version}: types do not fit`);
    return false;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = SUPPORTED.map(check).every(Boolean) ? 0 : 1;
}
