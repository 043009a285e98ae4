/** A supervisor who transfers the chat of an agent, in Flex's real canvas of a monitored chat. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { en } from '../src/languages/en';
import { fill } from '../src/strings';
import { button, CUSTOMER, notification, page, PORT, said, skip, stack, useDesk, violations, wire } from './desk';

useDesk('supervisor', { clock: true });

const monitored = () => page.getByRole('region', { name: 'Monitored chat' });
const dialog = () => page.getByRole('dialog');

async function monitor(): Promise<string> {
  wire.script = undefined;
  const sid = await stack.newTask('conversation', 'ana', CUSTOMER);
  await page.goto(`http://localhost:${PORT}/agent?name=sam&monitor=ana`);
  await page.locator(`[data-monitor="${sid}"]`).click();
  await monitored().locator('.Twilio-SupervisorTaskCanvasHeader').waitFor();
  await monitored().getByRole('button', { name: en.ChatTransferButton, exact: true }).click();
  await dialog()
    .getByText(fill(en.ChatTransferOf, { customer: CUSTOMER }))
    .waitFor();
  return sid;
}

describe('a supervisor', { skip }, () => {
  it('transfers a monitored chat to an agent', async () => {
    const sid = await monitor();
    await page.locator('label[for="chat-transfer-hand-over-now"]').click();
    await button('Transfer to Ben Baker').click();
    await notification(said('ChatTransferDone')).waitFor();
    const [made = ''] = await stack.successors(sid);
    assert.equal((await stack.task(made)).attributes['targetSid'], stack.seed.workers['ben']);
    assert.equal((await stack.task(sid)).assignment_status, 'completed');
  });

  it('asks a queue, with a note, and finds the dialog accessible', async () => {
    const sid = await monitor();
    await button('Transfer to Ben Baker').waitFor();
    assert.deepEqual(await violations('[role="dialog"]'), []);
    await page.locator('label[for="chat-transfer-hand-over-accepted"]').click();
    await page.getByLabel(en.ChatTransferNote).fill('A complaint');
    await dialog().getByRole('button', { name: en.ChatTransferQueues, exact: true }).click();
    await button('Transfer to Sales').click();
    await notification(said('ChatTransferAsked', { name: 'Sales' })).waitFor();
    const [made = ''] = await stack.successors(sid);
    assert.equal((await stack.task(made)).attributes['transferNote'], 'A complaint');
    assert.equal((await stack.task(sid)).assignment_status, 'assigned');
  });
});
