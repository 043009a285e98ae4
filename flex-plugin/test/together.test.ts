/** Warm transfers and notes: two agents in one chat, by a scripted stack and by the real one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { en } from '../src/languages/en';
import {
  button,
  canHandOver,
  choice,
  choose,
  deskWith,
  notification,
  offered,
  offering,
  open,
  openTab,
  page,
  said,
  skip,
  stack,
  transferSelected,
  useDesk,
  violations,
  wire,
} from './desk';
import { fill } from '../src/strings';

useDesk('together', { clock: true });

const BEN = { name: 'Ben Baker' };
const here = (key: 'JoinedHere' | 'NoteHere', values: Record<string, string> = BEN) =>
  page.getByText(fill(en[`ChatTransfer${key}`], values));
const leave = () => button(fill(en.ChatTransferLeave, BEN));
const sendAway = () => button(fill(en.ChatTransferSendAway, BEN));

async function deskWithWarmOffer(): Promise<string> {
  canHandOver('warm', 'accepted', 'now');
  const sid = await deskWith();
  await openTab('Agents');
  await choice('warm').click();
  await button('Transfer to Ben Baker').click();
  await offered('Ben Baker').waitFor();
  return sid;
}

async function deskTogether(): Promise<string> {
  const sid = await deskWithWarmOffer();
  offering.become(sid, 'joined', stack.seed.workers['ben']);
  await page.clock.fastForward(2_000);
  await here('JoinedHere').waitFor();
  return sid;
}

describe('a chat that two agents have', { skip }, () => {
  it('is shown as that, also after a reload, and is left to the other one', async () => {
    const sid = await deskTogether();
    await notification(said('ChatTransferJoined', BEN)).waitFor();
    assert.deepEqual(await violations('[data-chat-transfer="offer"]'), []);
    await page.reload();
    await choose(sid);
    await here('JoinedHere').waitFor();
    await leave().click();
    await notification(said('ChatTransferAccepted', BEN)).waitFor();
    await here('JoinedHere').waitFor({ state: 'detached' });
  });

  it('is kept when the other one is sent away, or leaves', async () => {
    await deskTogether();
    await sendAway().click();
    await notification(said('ChatTransferParted', BEN)).waitFor();
    await here('JoinedHere').waitFor({ state: 'detached' });
  });

  it('is ended after a question', async () => {
    await deskTogether();
    await page.getByTestId('end-task-button').click();
    await page.getByRole('alertdialog').getByText(fill(en.ChatTransferEndTogether, BEN)).waitFor();
    await button(en.ChatTransferEndCancel).click();
  });
});

describe('on a local stack', { skip }, () => {
  it('an agent joins with a note, and is left with the chat', async () => {
    wire.script = undefined;
    const sid = await deskWith();
    await openTab('Agents');
    await choice('warm').click();
    await page.getByLabel(en.ChatTransferNote).fill(' Wants a refund. ');
    assert.deepEqual(await violations('.Twilio-WorkerDirectory fieldset, #chat-transfer-note'), []);
    await button('Transfer to Ben Baker').click();
    await offered('Ben Baker').waitFor();
    const [made = ''] = await stack.successors(sid);
    assert.equal((await stack.task(made)).attributes['transferNote'], 'Wants a refund.');
    await stack.accept(made, 'ben');
    await here('JoinedHere').waitFor();
    assert.equal((await stack.task(sid)).assignment_status, 'assigned');
    await leave().click();
    await page.locator(`[data-task="${sid}"]`).waitFor({ state: 'detached' });
    assert.equal((await stack.task(sid)).assignment_status, 'completed');
    // What Ben sees.
    await open(made, { agent: 'ben' });
    await here('NoteHere', { note: 'Wants a refund.' }).waitFor();
    assert.deepEqual(await violations('[data-chat-transfer="note"]'), []);
  });

  it('other code’s wish for it, its note, attributes and priority are sent', async () => {
    wire.script = undefined;
    const sid = await deskWith();
    const ben = stack.seed.workers['ben'] ?? '';
    await transferSelected(ben, { mode: 'WARM' });
    await transferSelected(ben, { handOver: 'now', note: 'Be quick', attributes: { tier: 'gold' }, priority: 7 });
    const made = (await stack.successors(sid)).pop() ?? '';
    const sent = wire.calls.filter(({ method, path }) => method === 'POST' && path === '/transfer-chat');
    assert.deepEqual(
      sent.map(({ body }) => JSON.parse(body).handOver),
      ['warm', 'now'],
    );
    const task = await stack.taskrouter<{ priority: number; attributes: string }>(`/Tasks/${made}`);
    const { transferNote, tier } = JSON.parse(task.attributes);
    assert.deepEqual([transferNote, tier, task.priority], ['Be quick', 'gold', 7]);
  });
});
