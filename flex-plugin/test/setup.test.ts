/** Where the plugin finds its stack, and what it asks when the page is loaded. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { en } from '../src/languages/en';
import {
  button,
  chat,
  deskWith,
  notification,
  offered,
  offering,
  open,
  page,
  PORT,
  skip,
  stack,
  useDesk,
  wire,
} from './desk';
import { until } from './stack';

useDesk('setup', { clock: true });
const asked = () => wire.calls.filter(({ method, path }) => method === 'GET' && path.startsWith('/transfers'));
const transferButton = () => chat().getByRole('button', { name: 'Transfer', exact: true });

describe('the stack', { skip }, () => {
  for (const named of ['configuration', 'build']) {
    it(`is named by the ${named}`, async () => {
      await deskWith('conversation', { query: `&stack=${named}` });
      await transferButton().click();
      await button('Transfer to Ben Baker').waitFor();
      assert.ok(wire.calls.length > 0);
    });
  }

  it('that no one names leaves Flex as it is, and an administrator is told', async () => {
    await deskWith('conversation', { query: '&stack=none' });
    assert.equal(await transferButton().count(), 0);
    assert.equal(await notification(en.ChatTransferOff).count(), 0, 'agents cannot do anything about it');
    assert.equal(wire.calls.length, 0);
    await page.goto(`http://localhost:${PORT}/agent?name=alex&stack=none`);
    await notification(en.ChatTransferOff).waitFor();
  });
});

describe('when the page is loaded', { skip }, () => {
  it('one request finds the offers of all chats', async () => {
    const sids = [await stack.newTask(), await stack.newTask()];
    for (const sid of sids) offering.offer(sid, stack.seed.workers['ben'] ?? '');
    await deskWith();
    await page.clock.fastForward(10_000);
    // Asked again every few seconds while one is open, and never once a chat.
    assert.deepEqual([...new Set(asked().map(({ path }) => path))], ['/transfers']);
    await open(sids[1] ?? '');
    await offered('Ben Baker').waitFor();
  });

  it('none does where the stack has no offers', async () => {
    await deskWith('conversation', { query: '&handOver=now' });
    await page.clock.fastForward(10_000);
    assert.equal(wire.calls.length, 0);
  });

  it('an offer is found although the stack turns requests away at first', async () => {
    const sid = await stack.newTask();
    offering.offer(sid, stack.seed.workers['ben'] ?? '');
    offering.silence = { status: 429, headers: { 'retry-after': '1' }, body: '{"message":"Too Many Requests"}' };
    await open(sid);
    for (let looks = 2; looks <= 3; looks += 1) {
      await page.clock.fastForward(8_000);
      await until(`look ${looks}`, () => asked().length >= looks);
    }
    offering.silence = undefined;
    await offered('Ben Baker').waitFor();
  });
});
