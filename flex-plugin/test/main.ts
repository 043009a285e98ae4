/** `npm test`: one local stack for all files, which is stopped again whatever happens, a signal included. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';

import { startStack } from './stack';

const FILES = process.argv.slice(2);

function files(): string[] {
  const all = readdirSync(__dirname).filter((name) => name.endsWith('.test.ts'));
  return (FILES.length > 0 ? FILES : all).map((name) => resolve(__dirname, name.replace(/^test\//, '')));
}

/** Runs one file after the other; one that fails gets a second try, since a browser on a busy machine may be late. */
async function runAll(env: Record<string, string>, signal: AbortSignal): Promise<number> {
  let failed = 0;
  for (const file of files()) {
    if (signal.aborted) return 1;
    if ((await run(file, env, signal)) === 0) continue;
    if (signal.aborted) return 1;
    console.error(`${file} failed, and is run once more`);
    if ((await run(file, env, signal)) !== 0) failed += 1;
  }
  return failed === 0 ? 0 : 1;
}

/** Runs the tests of a file, and ends with them if it is told to. */
function run(file: string, env: Record<string, string>, signal: AbortSignal): Promise<number> {
  const options = ['--import', 'tsx', '--test', '--test-concurrency=1', '--test-timeout=600000'];
  const tests: ChildProcess = spawn(process.execPath, [...options, file], {
    env: { ...process.env, ...env },
    stdio: 'inherit',
    // A group of its own: a signal has to reach the browser too.
    detached: true,
  });
  const stop = () => tests.pid && process.kill(-tests.pid, 'SIGTERM');
  signal.addEventListener('abort', stop);
  return new Promise((done) =>
    tests.once('exit', (code) => {
      signal.removeEventListener('abort', stop);
      done(code ?? 1);
    }),
  );
}

async function main(): Promise<number> {
  const stopped = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stopped.abort());
  const stack = await startStack('tests');
  try {
    if (stopped.signal.aborted) return 1;
    return await runAll({ STACK_ENDPOINT: stack.endpoint, STACK_TWILIO: stack.twilio }, stopped.signal);
  } finally {
    await stack.stop();
  }
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(`error: ${error.message}`);
    process.exit(1);
  },
);
