/** `npm test`: the files in two lanes, one for each core, and nothing left behind whatever happens, a signal included. */
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { keepBundles } from '../playground/bundle';
import { Lane, type Tried } from './lane';

const LANES = process.env['STACK_ENDPOINT'] ? 1 : 2;
/** Those that take longest, so that no lane begins one of them when the other has come to its end. */
const FIRST = ['transfer', 'offers', 'browser', 'busy', 'directory', 'playground'].map((name) => `${name}.test.ts`);

function files(): string[] {
  const asked = process.argv.slice(2).map((name) => name.replace(/^test\//, ''));
  const all = asked.length > 0 ? asked : readdirSync(__dirname).filter((name) => name.endsWith('.test.ts'));
  const place = (name: string) => (FIRST.indexOf(name) + FIRST.length + 1) % (FIRST.length + 1);
  return all.sort((a, b) => place(a) - place(b));
}

async function runAll(folder: string, signal: AbortSignal): Promise<Tried[]> {
  const queue = files();
  const bundles = join(folder, 'bundles');
  // What one lane cannot do ends the other one too.
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const ready = keepBundles(bundles);
  const tried: Tried[] = [];
  const work = async (_: unknown, number: number) => {
    const lane = await Lane.open(number, folder, bundles);
    try {
      await ready;
      for (let file = queue.shift(); file && !either.aborted; file = queue.shift()) {
        tried.push(await lane.run(file, either));
      }
    } finally {
      await lane.close();
    }
  };
  const lanes = Array.from({ length: Math.min(LANES, queue.length) }, work);
  lanes.forEach((lane) => lane.catch(() => failure.abort()));
  const outcomes = await Promise.allSettled([ready, ...lanes]);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return tried;
}

async function main(): Promise<number> {
  const stopped = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stopped.abort());
  const began = Date.now();
  const folder = await mkdtemp(join(tmpdir(), 'plugin-tests-'));
  try {
    const tried = await runAll(folder, stopped.signal);
    for (const { file, seconds, outcome } of tried) console.log(`${String(seconds).padStart(4)} s  ${file}${outcome}`);
    console.log(`${Math.round((Date.now() - began) / 1_000)} s in all`);
    return stopped.signal.aborted || tried.some(({ failed }) => failed) ? 1 : 0;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(`error: ${error.message}`);
    process.exit(1);
  },
);
