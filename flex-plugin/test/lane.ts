/** What runs one file of tests after the other, with a stack, a port and a browser's profile of its own. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';

import { listening } from '../playground/server';
import { startStack, type Stack } from './stack';

/** Milliseconds after which a file is ended: four times what the longest one takes on a slow machine. */
const PATIENCE = 900_000;
/** The origin that a stack lets call without being told. */
const ORIGIN_PORT = 3000;

/** What the tests' stacks have besides the local stack's own settings. */
export const SETTINGS = { transferTargetsAttribute: 'transfer_targets' };

export interface Tried {
  file: string;
  seconds: number;
  failed: boolean;
  /** What there is to say about it. */
  outcome: string;
}

export class Lane {
  private constructor(
    private readonly stack: Stack,
    private readonly env: Record<string, string>,
  ) {}

  /** `bundles` has what `keepBundles` makes, by the time that the first file is run. */
  static async open(number: number, folder: string, bundles: string): Promise<Lane> {
    const port = process.env['STACK_ENDPOINT'] ? ORIGIN_PORT : await freePort();
    const stack = await startStack(`tests-${number}`, `http://localhost:${port}`, SETTINGS);
    return new Lane(stack, {
      STACK_ENDPOINT: stack.endpoint,
      STACK_TWILIO: stack.twilio,
      PAGE_PORT: String(port),
      PAGE_BUNDLES: bundles,
      // Kept from file to file: Chromium compiles Flex's 18 MB once, and not at each page load.
      BROWSER_PROFILE: join(folder, `profile-${number}`),
    });
  }

  close(): Promise<void> {
    return this.stack.stop();
  }

  /** A file that fails gets a second try, since a browser on a busy machine may be late; what failed is printed. */
  async run(file: string, signal: AbortSignal): Promise<Tried> {
    const began = Date.now();
    const tried = (failed: boolean, outcome: string) => {
      return { file, failed, outcome, seconds: Math.round((Date.now() - began) / 1_000) };
    };
    if (await this.passes(file, signal)) return tried(false, '');
    if (signal.aborted) return tried(true, ', stopped');
    console.error(`${file} failed, and is run once more`);
    return (await this.passes(file, signal)) ? tried(false, ', at the second try') : tried(true, ', FAILED twice');
  }

  /** Runs the tests of a file, prints what they say when they are over, and ends them if it is told to. */
  private passes(file: string, signal: AbortSignal): Promise<boolean> {
    const options = ['--import', 'tsx', '--test-reporter=spec', resolve(__dirname, file)];
    const tests = spawn(process.execPath, options, {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: a signal has to reach the browser too.
      detached: true,
    });
    const said: Buffer[] = [];
    for (const stream of [tests.stdout, tests.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
    const stop = () => tests.pid && process.kill(-tests.pid, 'SIGTERM');
    const late = setTimeout(() => {
      said.push(Buffer.from(`${file} did not end in ${PATIENCE / 1_000} s\n`));
      stop();
    }, PATIENCE);
    signal.addEventListener('abort', stop);
    return new Promise((done) =>
      tests.once('close', (code) => {
        clearTimeout(late);
        signal.removeEventListener('abort', stop);
        console.log(`\n${file}\n${Buffer.concat(said)}`);
        done(code === 0);
      }),
    );
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await listening(server, 0);
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
