/** The plugin in headless Chromium, with Flex's real actions, notifications and components, against a local stack. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { en } from '../src/languages/en';
import { fill } from '../src/strings';
import {
  button,
  CUSTOMER,
  deskWith,
  deskWithOffer,
  directory,
  hold,
  invoke,
  notification,
  offering,
  openTab,
  page,
  playground,
  PORT,
  problemSaid,
  said,
  skip,
  stack,
  useDesk,
  violations,
  wire,
} from './desk';
import { problem } from './offering';
import { until } from './stack';
import type { Code } from '../src/transfer';
import { Wire } from './wire';

useDesk('browser');
const tasks = () => wire.calls.filter(({ method, path }) => method === 'POST' && path === '/transfer-chat');

describe('transfers', { skip }, () => {
  const expectMoved = async (sid: string, targetSid: string) => {
    await notification(said('ChatTransferDone')).waitFor();
    const [made] = await stack.successors(sid);
    assert.equal((await stack.task(made ?? '')).attributes['targetSid'], targetSid);
    assert.equal((await stack.task(sid)).assignment_status, 'completed');
    await page.locator(`[data-task="${sid}"]`).waitFor({ state: 'detached' });
  };

  for (const kind of ['conversation', 'chat'] as const) {
    it(`a ${kind} to an agent`, async () => {
      const sid = await deskWith(kind);
      await openTab('Agents');
      await button('Transfer to Ben Baker').click();
      await expectMoved(sid, stack.seed.workers['ben'] ?? '');
    });
  }

  it('to a queue', async () => {
    const target = stack.seed.queues['Sales'] ?? '';
    const sid = await deskWith();
    await openTab('Queues');
    await page
      .getByText(/^Available agents: \d/)
      .first()
      .waitFor();
    assert.equal(await button('Transfer to Billing').count(), 0, 'no queue that the stack does not route to');
    await button('Transfer to Sales').click();
    await expectMoved(sid, target);
  });

  it('to a workflow', async () => {
    const sid = await deskWith();
    await openTab('Workflows');
    await button('Transfer to Escalations').click();
    await expectMoved(sid, stack.seed.workflows['Escalations'] ?? '');
  });

  it('asks first whether this origin may call', async () => {
    // Chromium keeps what a preflight said, by the address.
    const fresh = await Wire.to(stack.endpoint);
    playground.base = fresh.base;
    try {
      await deskWith();
      const origin = `http://localhost:${PORT}`;
      const preflight = await fetch(`${fresh.base}/transfer-chat`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
      assert.equal(preflight.headers.get('access-control-allow-origin'), origin);
      fresh.calls.length = 0;
      await openTab('Agents');
      await button('Transfer to Ben Baker').click();
      await notification(said('ChatTransferDone')).waitFor();
      const methods = fresh.calls.filter(({ path }) => path === '/transfer-chat').map(({ method }) => method);
      assert.deepEqual(methods, ['OPTIONS', 'POST']);
    } finally {
      playground.base = wire.base;
      fresh.close();
    }
  });

  it('from a refused origin fails where the agent sees it', async () => {
    const sid = await deskWith('conversation', { origin: `http://127.0.0.1:${PORT}` });
    await openTab('Agents');
    await button('Transfer to Ben Baker').click();
    await notification(problemSaid('no_answer')).waitFor();
    assert.deepEqual(await stack.successors(sid), []);
    assert.equal(tasks().length, 0);
  });

  it('once, whatever is clicked meanwhile', async () => {
    const sid = await deskWith();
    const release = hold('/transfer-chat');
    const ben = stack.seed.workers['ben'] ?? '';
    const first = invoke(sid, ben);
    await until('the first request', () => wire.calls.some(({ path }) => path === '/transfer-chat'));
    for (const target of [stack.seed.queues['Sales'] ?? '', ben]) assert.match(await invoke(sid, target), /^rejected/);
    release();
    assert.equal(await first, 'resolved');
    // Of one chat what was said last.
    await notification(said('ChatTransferDone')).waitFor();
    assert.equal(tasks().length, 1);
    assert.equal((await stack.successors(sid)).length, 1);
  });

  it('again after a reload in the middle: the same new task', async () => {
    const sid = await deskWith();
    wire.next.push('silent');
    const ben = stack.seed.workers['ben'] ?? '';
    void invoke(sid, ben).catch(() => undefined);
    await until('a new task', async () => (await stack.successors(sid)).length > 0);
    await page.reload();
    await page.getByRole('main').waitFor();
    assert.equal(await invoke(sid, ben), 'resolved');
    assert.equal((await stack.successors(sid)).length, 1);
  });
});

describe('what agents see', { skip }, () => {
  it('of a slow transfer', async () => {
    const sid = await deskWith();
    const release = hold('/transfer-chat');
    const began = Date.now();
    const outcome = invoke(sid, stack.seed.workers['ben'] ?? '');
    await notification(said('ChatTransferSlow')).waitFor();
    assert.ok(Date.now() - began >= 1_500, 'not before two seconds');
    const transferring = page.getByRole('region', { name: 'Selected chat' }).locator('[aria-busy="true"]');
    assert.equal(await transferring.count(), 1);
    release();
    assert.equal(await outcome, 'resolved');
    await notification(said('ChatTransferDone')).waitFor();
    assert.equal(await notification(said('ChatTransferSlow')).count(), 0);
  });

  it('of a refusal by the real stack, in words for agents', async () => {
    const sid = await deskWith();
    const outcome = await invoke(sid, stack.seed.queues['Billing'] ?? '');
    assert.match(outcome, /^rejected: /);
    await notification(problemSaid('target_not_routed')).waitFor();
  });

  const codes = Object.keys(en).flatMap((key) => /^ChatTransferProblem_(.*)$/.exec(key)?.[1] ?? []);
  const waitedFor = ['transfer_in_progress', 'cancelled', 'no_answer', 'not_understood', 'turned_away'];
  it('of each failure', async () => {
    await deskWith();
    for (const code of codes.filter((one) => !waitedFor.includes(one))) {
      wire.next.push(problem(code), problem(code), problem(code), problem(code));
      const outcome = await invoke('WT0', 'WK0');
      assert.equal(outcome, 'rejected: Said by the server.');
      await notification(problemSaid(code as Code)).waitFor();
      wire.next.length = 0;
    }
  });

  it('of a failure besides its cause', async () => {
    await deskWith();
    const fail = async (code: string, status: number, more: object = {}) => {
      // Some are asked again.
      for (let n = 0; n < 4; n += 1) wire.next.push(problem(code, status, more));
      await invoke('WT0', 'WK0');
      wire.next.length = 0;
    };
    await fail('invented_later', 409, { detail: 'Words <b>of</b> the server.' });
    await notification(`${CUSTOMER}: Words <b>of</b> the server.`).waitFor();
    assert.deepEqual(await violations('.Twilio-NotificationBar'), []);
    await fail('twilio_refused', 502, { rolledBack: true, agentRejoined: false });
    await notification(en.ChatTransferRejoin).waitFor();
    await fail('twilio_failed', 502, { rolledBack: false });
    await notification(en.ChatTransferSameAgain).waitFor();
    await page.evaluate(() => {
      const { manager } = (window as never as { desk: { manager: { strings: Record<string, string> } } }).desk;
      manager.strings['ChatTransferProblem_task_ended'] = 'Vorbei.';
    });
    await fail('task_ended', 409);
    await notification('Vorbei.').waitFor();
  });
});

describe('what an administrator is told', { skip }, () => {
  it('of a refusal: the ID by which the logs have the request', async () => {
    const sid = await deskWith();
    await stack.break({ kind: 'status', status: 400, code: 20001, method: 'POST', path: '/Invites$', times: null });
    assert.match(await invoke(sid, stack.seed.workers['ben'] ?? ''), /^rejected/);
    await notification(en.ChatTransferProblem_twilio_refused).waitFor();
    const { requestId, code } = JSON.parse(tasks()[0]?.answer ?? '{}') as { requestId: string; code: string };
    assert.equal(code, 'twilio_refused');
    assert.match(requestId, /^\S{8,}$/);
    await notification(fill(en.ChatTransferReference, { reference: requestId })).waitFor();
  });
});

describe('a session that has expired', { skip }, () => {
  it('is told of in the same words by a list, a transfer and a request to stop asking', async () => {
    offering.offer(await stack.newTask(), stack.seed.workers['ben'] ?? '');
    const sid = await deskWithOffer();
    await page.evaluate(() => {
      (window as never as { desk: { session: { token: string } } }).desk.session.token = 'expired';
    });
    wire.script = undefined;
    wire.fakes.clear();
    await button(en.ChatTransferTakeBack).click();
    await notification(problemSaid('token_invalid')).waitFor();
    await button(en.ChatTransferHandOver_now).click();
    await notification(problemSaid('token_invalid')).waitFor();
    await openTab('Workflows');
    await page.getByText(`${en.ChatTransferWorkflowsFailed} ${en.ChatTransferProblem_token_invalid}`).waitFor();
    assert.equal((await stack.task(sid)).assignment_status, 'assigned');
  });
});

describe('what stays Flex’s', { skip }, () => {
  const FLEX = /Flex's own transfers need an account/;
  const cases: [string, object | undefined, object][] = [
    ['calls', undefined, { channelType: 'voice', taskChannelUniqueName: 'voice', attributes: { conference: {} } }],
    ['e-mail', undefined, { channelType: 'email', taskChannelUniqueName: 'email' }],
  ];
  it('calls and e-mail', async () => {
    await deskWith();
    for (const [what, options, changes] of cases) {
      assert.match(await invoke('WT0', 'WK0', options, changes), FLEX, what);
      assert.equal(tasks().length, 0, what);
    }
  });

  it('the button and the queues, where native messaging transfers are on', async () => {
    await deskWith();
    const own = page
      .getByRole('region', { name: 'Selected chat' })
      .locator('[data-paste-element="BUTTON"]', { hasText: 'Transfer' });
    assert.equal(await own.count(), 1);
    await page.evaluate(() => {
      const { manager } = (window as never as { desk: { manager: { store: { dispatch(action: object): void } } } })
        .desk;
      manager.store.dispatch({ type: 'TRANSFERS_CONFIG_UPDATE', payload: { enabled: true } });
    });
    await own.waitFor({ state: 'detached' });
  });
});

describe('the workflows tab', { skip }, () => {
  it('searches, and is accessible as its button is', async () => {
    await deskWith();
    assert.deepEqual(await violations('[aria-label="Selected chat"] [data-paste-element="BUTTON"]'), []);
    await openTab('Workflows');
    await button('Transfer to Escalations').waitFor();
    assert.deepEqual(await violations('.Twilio-WorkerDirectory ul'), []);
    await page.getByLabel(en.ChatTransferWorkflowsSearch).fill(' ESCAL');
    assert.equal(await button('Transfer to Escalations').count(), 1);
    assert.equal(await button('Transfer to Assign to Anyone').count(), 0);
    await page.getByLabel(en.ChatTransferWorkflowsSearch).fill('zzz');
    await page.getByText(en.ChatTransferNothingFound).waitFor();
    assert.deepEqual(await violations('.Twilio-Tabs, .Twilio-WorkerDirectory [data-paste-element="BOX"]'), []);
  });

  it('says that it loads, and that there is nothing', async () => {
    await deskWith();
    wire.fakes.set('/transfer-targets', { workflows: [], queues: [], handOver: ['now'] });
    await openTab('Workflows');
    await page.getByText(en.ChatTransferWorkflowsEmpty).waitFor();
  });

  it('says that it failed, and tries again', async () => {
    await deskWith();
    wire.next.push(problem('token_invalid', 403));
    await openTab('Workflows');
    await page.getByText(`${en.ChatTransferWorkflowsFailed} ${en.ChatTransferProblem_token_invalid}`).waitFor();
    assert.deepEqual(await violations('.Twilio-WorkerDirectory [role="alert"]'), []);
    await button(en.ChatTransferTryAgain).click();
    await button('Transfer to Escalations').waitFor();
  });

  it('is operated by keyboard alone', async () => {
    const sid = await deskWith();
    await page.getByRole('region', { name: 'Selected chat' }).getByRole('button', { name: 'Transfer' }).focus();
    await page.keyboard.press('Enter');
    await directory().getByRole('button', { name: 'Workflows' }).first().focus();
    await page.keyboard.press('Enter');
    const search = page.getByLabel(en.ChatTransferWorkflowsSearch);
    await search.waitFor();
    await search.focus();
    await page.keyboard.type('esc');
    await page.keyboard.press('Tab');
    assert.equal(
      await page.evaluate(() => document.activeElement?.getAttribute('aria-label')),
      'Transfer to Escalations',
    );
    await page.keyboard.press('Enter');
    await notification(said('ChatTransferDone')).waitFor();
    assert.equal((await stack.successors(sid)).length, 1);
  });
});
