/** `npm run playground` and `npm test` as processes, when they cannot start or are stopped: nothing stays behind. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';

const PORT = 3000;
const MAIN = resolve(__dirname, '../playground/main.ts');

describe('the playground', () => {
  let state: string;
  before(async () => void (state = await mkdtemp(join(tmpdir(), 'playground-'))));
  after(() => rm(state, { recursive: true }));

  const started = (variables: Record<string, string> = {}) =>
    new Promise<{ code: unknown; errors: string }>((done) => {
      const env = { ...process.env, FLEX_LOCAL_STATE: state, STACK_ENDPOINT: '', ...variables };
      execFile(process.execPath, ['--import', 'tsx', MAIN], { env }, (error, _, errors) =>
        done({ code: error?.code ?? 0, errors }),
      );
    });

  it('looks at its port before it deploys anything', async () => {
    const holder = await held();
    const { code, errors } = await started();
    holder?.close();
    assert.deepEqual([code, errors], [1, `error: Port ${PORT} is in use: stop what listens there.\n`]);
    assert.deepEqual(await readdir(state), []);
  });

  it('stops the local stack when it cannot serve its pages', async (test) => {
    const holder = await held();
    if (!holder) return test.skip(`port ${PORT} is in use`);
    await new Promise((closed) => holder.close(closed));
    const { code, errors } = await started({ PLUGIN_BUNDLE: join(state, 'missing.js') });
    assert.equal(code, 1);
    assert.match(errors, /^error: ENOENT.*missing\.js'\n$/);
    assert.deepEqual(await readdir(state), ['.registry']);
  });
});

describe('npm test', () => {
  it('leaves nothing running when it is told to stop', async () => {
    const state = await mkdtemp(join(tmpdir(), 'stopped-'));
    const env = { ...process.env, FLEX_LOCAL_STATE: state, STACK_ENDPOINT: '' };
    const tests = spawn('npm', ['test', '--', 'decisions.test.ts'], {
      cwd: resolve(__dirname, '..'),
      env,
      stdio: 'ignore',
    });
    const ended = new Promise((done) => tests.once('exit', done));
    const stacks = async () => (await readdir(state)).filter((name) => name !== '.registry');
    while ((await stacks()).length === 0) await new Promise((wait) => setTimeout(wait, 200));
    tests.kill('SIGTERM');
    await ended;
    // npm itself may be gone before what it has started.
    const until = Date.now() + 90_000;
    while ((await stacks()).length > 0 && Date.now() < until) await new Promise((wait) => setTimeout(wait, 200));
    assert.deepEqual(await stacks(), []);
    await rm(state, { recursive: true });
  });
});

/** Takes the port; undefined if someone else has it. */
function held(): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((done) => {
    server.once('error', () => done(undefined));
    server.listen(PORT, '127.0.0.1', () => done(server));
  });
}
