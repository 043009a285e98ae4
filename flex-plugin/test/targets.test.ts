/** Which targets an agent finds in the directory: not those of other stacks, and not those that are other agents'. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  button,
  deskWith,
  directory,
  invoke,
  notification,
  openTab,
  page,
  problemSaid,
  skip,
  stack,
  useDesk,
} from './desk';
import { SETTINGS } from './lane';
import { until } from './stack';

useDesk('targets', { clock: true });

interface Workflow {
  sid: string;
  friendly_name: string;
  configuration: string;
}

/** Those that the local stack routes to. */
const ALL_QUEUES = ['Everyone', 'Sales', 'Support'];
const tab = (name: string) => directory().getByRole('button', { name, exact: true }).first();
const names = async () =>
  (await directory().getByRole('listitem').allInnerTexts()).map((text) => text.split('\n')[0] ?? '');

/** Waits until the lists are these; the stack keeps what it has read for some seconds. */
async function expectLists(lists: Record<'Queues' | 'Workflows', string[]>): Promise<void> {
  for (const [name, expected] of Object.entries(lists)) {
    await tab(name).click();
    await until(`${name}: ${expected}`, async () => {
      await page.clock.fastForward(16_000);
      await page.waitForTimeout(500);
      return JSON.stringify((await names()).sort()) === JSON.stringify(expected);
    });
  }
}

describe('the lists', { skip }, () => {
  it('have no transfer workflow of another stack, but other workflows', async () => {
    const { workflows } = await stack.taskrouter<{ workflows: Workflow[] }>('/Workflows');
    const transfers = workflows.find(({ configuration }) => configuration.includes('transferTargetType'));
    assert.ok(transfers, 'the stack has a transfer workflow');
    const create = (FriendlyName: string, Configuration: string) =>
      stack.taskrouter<Workflow>('/Workflows', { FriendlyName, Configuration });
    const escalations = workflows.find(({ friendly_name }) => friendly_name === 'Escalations');
    const made = [
      await create('Chat transfers (staging)', transfers.configuration),
      await create('Nights', escalations?.configuration ?? ''),
    ];
    try {
      await deskWith();
      await openTab('Workflows');
      await expectLists({
        Queues: ALL_QUEUES,
        Workflows: ['Assign to Anyone', 'Escalations', 'Nights'],
      });
    } finally {
      await Promise.all(made.map(({ sid }) => stack.remove(`/Workflows/${sid}`)));
    }
  });

  it('are the agent’s own where an attribute lists them, also for code that knows others', async (test) => {
    if (process.env['STACK_ENDPOINT'] && !process.env['PAGE_PORT'])
      return test.skip('This stack has no such attribute.');
    const restore = await stack.setAttributes('ana', {
      [SETTINGS.transferTargetsAttribute]: ['Support', stack.seed.workflows['Escalations']],
    });
    const all = { Queues: ALL_QUEUES, Workflows: ['Assign to Anyone', 'Escalations'] };
    const sid = await deskWith();
    await openTab('Queues');
    try {
      await expectLists({ Queues: ['Support'], Workflows: ['Escalations'] });
      assert.match(await invoke(sid, stack.seed.queues['Sales'] ?? ''), /^rejected/);
      await notification(problemSaid('target_not_allowed')).waitFor();
      assert.deepEqual(await stack.successors(sid), []);
    } finally {
      await restore();
    }
    await expectLists(all);
    await tab('Queues').click();
    await button('Transfer to Support').waitFor();
  });
});
