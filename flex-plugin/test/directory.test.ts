/** The directory in headless Chromium: Flex's own list of agents, the queues and workflows, and how to transfer. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { en } from '../src/languages/en';
import { LANGUAGES } from '../src/strings';
import {
  button,
  canHandOver,
  chat,
  choice,
  choose,
  CUSTOMER,
  deskWith,
  directory,
  hold,
  invoke,
  notification,
  offering,
  openDirectory,
  openTab,
  page,
  said,
  skip,
  stack,
  useDesk,
  violations,
  wire,
} from './desk';

useDesk('directory', { clock: true });
const ben = () => stack.seed.workers['ben'] ?? '';
const listings = () =>
  wire.calls.filter(({ method, path }) => method === 'GET' && path.startsWith('/transfer-targets'));
const isFocused = (id: string) => page.waitForFunction((wanted) => document.activeElement?.id === wanted, id);

describe('the list of agents', { skip }, () => {
  it('is Flex’s own, with those who are available', async () => {
    await stack.setActivity('dev', 'Break');
    await deskWith();
    await openTab('Agents');
    await button('Transfer to Ben Baker').waitFor();
    await button('Transfer to Dev Das cannot be performed as Dev Das is unavailable').waitFor();
    assert.equal(await button('Transfer to Ana Almeida').count(), 0);
  });

  it('has no button to consult where warm transfers of calls are on', async () => {
    await deskWith('conversation', { query: '&warm=1' });
    await openTab('Agents');
    await button('Transfer to Ben Baker').waitFor();
    assert.equal(await page.getByRole('button', { name: /^Consult/ }).count(), 0);
  });

  it('has no choice above it where its transfers are Flex’s; the workflows, which are ours, have one', async () => {
    canHandOver('now', 'accepted');
    await deskWith('conversation', { query: '&native=1' });
    await page.evaluate(() => {
      const { Flex } = (window as never as { desk: { Flex: typeof import('@twilio/flex-ui') } }).desk;
      return Flex.Actions.invokeAction('ShowDirectory');
    });
    await button('Transfer to Ben Baker').waitFor();
    assert.equal(await page.getByRole('radio').count(), 0);
    await directory().getByRole('button', { name: 'Workflows' }).first().click();
    await choice('accepted').click();
    await button('Transfer to Escalations').click();
    await page
      .getByRole('status')
      .getByText(said('ChatTransferAsking', { name: 'Escalations' }))
      .waitFor();
    assert.equal(offering.asked[0]?.handOver, 'accepted');
  });
});

describe('what the directory shows', { skip }, () => {
  it('does not move once there are buttons, however late the stack answers', async () => {
    await deskWith();
    const answer = hold('/transfer-targets');
    await openTab('Agents');
    const places = async () => [
      await directory().getByRole('button', { name: 'Queues' }).first().boundingBox(),
      await button('Transfer to Ben Baker').boundingBox(),
    ];
    await button('Transfer to Ben Baker').waitFor();
    const early = await places();
    assert.ok(await page.getByRole('radio').first().isDisabled(), 'the stack has not answered yet');
    answer();
    await page.locator('input[type="radio"]:not([disabled])').first().waitFor({ state: 'attached' });
    assert.deepEqual(await places(), early);
  });

  it('takes one request, for the task that is in view', async () => {
    const sid = await deskWith();
    wire.calls.length = 0;
    await openTab('Queues');
    await button('Transfer to Sales').waitFor();
    await directory().getByRole('button', { name: 'Workflows' }).first().click();
    await button('Transfer to Escalations').waitFor();
    assert.deepEqual(
      listings().map(({ path }) => path),
      [`/transfer-targets?taskSid=${sid}`],
    );
  });

  it('is read again while it is open, and stays in its place', async () => {
    const queues = (sales: number, support: number) => ({
      workflows: [],
      queues: [
        { sid: stack.seed.queues['Sales'], friendlyName: 'Sales', availableWorkers: 9, availableAgents: sales },
        { sid: stack.seed.queues['Support'], friendlyName: 'Support', availableWorkers: 9, availableAgents: support },
      ],
      handOver: ['now'],
    });
    wire.fakes.set('/transfer-targets', queues(0, 2));
    await deskWith();
    await openTab('Queues');
    const rows = directory().getByRole('listitem');
    await rows.first().waitFor();
    assert.deepEqual(await rows.allInnerTexts(), ['Support\nAvailable agents: 2', `Sales\n${en.ChatTransferNoOne}`]);
    wire.fakes.set('/transfer-targets', queues(3, 0));
    await page.clock.fastForward(16_000);
    await directory().getByText('Available agents: 3').waitFor();
    assert.deepEqual(await rows.allInnerTexts(), [`Support\n${en.ChatTransferNoOne}`, 'Sales\nAvailable agents: 3']);
  });

  it('counts neither the agent who asks nor those who have no capacity left', async () => {
    await deskWith();
    await openTab('Queues');
    await button('Transfer to Sales').waitFor();
    const { queues } = (await (
      await fetch(`${stack.endpoint}/transfer-targets?taskSid=${await selected()}`, {
        headers: { authorization: `Bearer ${await stack.token('ana')}` },
      })
    ).json()) as { queues: { friendlyName: string; availableWorkers: number; availableAgents?: number | null }[] };
    const sales = queues.find(({ friendlyName }) => friendlyName === 'Sales');
    // Ana has the skill for Sales herself.
    assert.equal(sales?.availableAgents, 2);
    await directory().getByText(`Available agents: ${sales?.availableAgents}`).first().waitFor();
  });
});

const selected = () =>
  page.evaluate(() => {
    const { manager } = (window as never as { desk: { manager: import('@twilio/flex-ui').Manager } }).desk;
    const { view, worker } = manager.store.getState().flex;
    return worker.tasks.get(view.selectedTaskSid ?? '')?.taskSid;
  });

describe('the choice', { skip }, () => {
  it('is the directory’s alone: other code’s transfers do not have it', async () => {
    canHandOver('accepted', 'now');
    const sid = await deskWith();
    await openTab('Agents');
    await choice('accepted').waitFor();
    await page.getByTestId('close-worker-directory').click();
    await choice('accepted').waitFor({ state: 'detached' });
    wire.next.push({ status: 200, body: '{"taskSid":"WT0"}' });
    assert.equal(await invoke(sid, ben()), 'resolved');
    assert.equal(offering.asked[0]?.handOver, undefined);
  });
});

describe('with two chats', { skip }, () => {
  it('the end of one transfer leaves the directory of the other, and each has its own message', async () => {
    const other = await stack.newTask('conversation', 'ana', 'Noah Weber');
    const first = await deskWith();
    wire.next.push({ status: 409, body: JSON.stringify({ code: 'task_ended', detail: 'Over.', status: 409 }) });
    await invoke(other, ben(), undefined, { defaultFrom: 'Noah Weber' });
    const release = hold('/transfer-chat');
    await openTab('Queues');
    await button('Transfer to Sales').click();
    await choose(other);
    await openTabAgain();
    release();
    await notification(said('ChatTransferDone')).waitFor();
    await notification(
      said('ChatTransferFailed', { customer: 'Noah Weber', problem: en.ChatTransferProblem_task_ended }),
    ).waitFor();
    assert.ok(await directory().getByRole('button', { name: 'Agents' }).first().isVisible());
    assert.equal((await stack.task(first)).assignment_status, 'completed');
  });
});

/** The directory stays open when another chat is chosen; it is opened if it is not. */
async function openTabAgain(): Promise<void> {
  const tab = directory().getByRole('button', { name: 'Agents' }).first();
  if ((await tab.count()) === 0) await openDirectory();
  await tab.waitFor();
}

describe('the focus', { skip }, () => {
  it('comes back to Transfer when the directory is closed', async () => {
    await deskWith();
    await openTab('Agents');
    await page.getByTestId('close-worker-directory').focus();
    await page.keyboard.press('Enter');
    await isFocused('chat-transfer-button');
  });

  it('is there to go on by keyboard alone: ask, stop, ask, transfer now', async () => {
    canHandOver('now', 'accepted');
    await deskWith();
    const tabTo = async (name: string) => {
      for (let n = 0; n < 60; n += 1) {
        await page.keyboard.press('Tab');
        const label = await page.evaluate(() => {
          const { activeElement: one } = document;
          return (
            one?.getAttribute('aria-label') ??
            (one as HTMLInputElement | null)?.labels?.[0]?.innerText ??
            one?.textContent
          );
        });
        if (label?.trim().startsWith(name)) return;
      }
      assert.fail(`The keyboard does not get to ${name}`);
    };
    const ask = async () => {
      await page.keyboard.press('Enter');
      await button('Transfer to Ben Baker').waitFor();
      // Flex puts the focus on the directory's first button.
      await page.waitForTimeout(300);
      await tabTo('Transfer now');
      await page.keyboard.press('ArrowDown');
      await tabTo('Transfer to Ben Baker');
      await page.keyboard.press('Enter');
      await button(en.ChatTransferTakeBack).waitFor();
      await isFocused('chat-transfer-button');
    };
    await tabTo('Transfer');
    await ask();
    await tabTo(en.ChatTransferTakeBack);
    await page.keyboard.press('Enter');
    await notification(said('ChatTransferCancelled', { name: 'Ben Baker' })).waitFor();
    await isFocused('chat-transfer-button');
    await ask();
    await tabTo(en.ChatTransferHandOver_now);
    wire.next.push({ status: 200, body: '{"taskSid":"WT0"}' });
    await page.keyboard.press('Enter');
    await notification(said('ChatTransferDone')).waitFor();
    await isFocused('chat-transfer-button');
  });
});

describe('languages', { skip }, () => {
  it('are Flex’s, and each text is read when it is shown', async () => {
    canHandOver('now', 'accepted');
    const sid = await deskWith('conversation', { query: '&lang=de-DE' });
    const { de } = LANGUAGES;
    assert.ok(de);
    await chat().getByRole('button', { name: de.ChatTransferButton, exact: true }).click();
    await page.getByText(de.ChatTransferHandOver_accepted, { exact: true }).waitFor();
    await directory().getByRole('button', { name: de.ChatTransferQueues }).first().click();
    await button('An Sales übergeben').waitFor();
    await page.evaluate(() => {
      const { manager } = (window as never as { desk: { manager: { strings: Record<string, string> } } }).desk;
      Object.assign(manager.strings, {
        ChatTransferQueues: 'Schlangen',
        ChatTransferButton: 'Weiter',
        ChatTransferTo: 'Zu {{name}}',
      });
    });
    await page.getByTestId('close-worker-directory').click();
    await chat().getByRole('button', { name: 'Weiter', exact: true }).click();
    await directory().getByRole('button', { name: 'Schlangen' }).first().click();
    wire.next.push({ status: 409, body: JSON.stringify({ code: 'task_ended', detail: 'Over.', status: 409 }) });
    await button('Zu Sales').click();
    await notification(`${CUSTOMER}: ${de.ChatTransferProblem_task_ended}`).waitFor();
    assert.equal(offering.asked[0]?.taskSid, sid);
  });
});

describe('accessibility', { skip }, () => {
  // Flex's own header, tabs and list of agents are Twilio's to change, so what is scanned is what this plugin adds.
  for (const query of ['', '&theme=dark&lang=ja']) {
    it(`of the choice and the queues${query && ', dark, in Japanese'}`, async () => {
      canHandOver('now', 'accepted');
      await deskWith('conversation', { query });
      const { ja } = LANGUAGES;
      const queues = query ? (ja?.ChatTransferQueues ?? '') : en.ChatTransferQueues;
      await page.locator('#chat-transfer-button').click();
      await directory().getByRole('button', { name: queues }).first().click();
      await directory().getByRole('listitem').first().waitFor();
      assert.deepEqual(await violations('.Twilio-WorkerDirectory fieldset'), []);
      assert.deepEqual(await violations('.Twilio-WorkerDirectory ul'), []);
      assert.deepEqual(await violations('#chat-transfer-button'), []);
    });
  }
});
