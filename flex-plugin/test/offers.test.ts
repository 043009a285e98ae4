/** Offers in headless Chromium: the choice in the directory, the chat that waits, and how an offer ends. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { en } from '../src/languages/en';
import {
  CUSTOMER,
  button,
  canHandOver,
  choice,
  choose,
  deskWith,
  deskWithOffer,
  hold,
  notification,
  offered,
  offering,
  open,
  openTab,
  page,
  problemSaid,
  said,
  skip,
  stack,
  transferSelected,
  useDesk,
  violations,
  wire,
} from './desk';
import { problem } from './offering';
import { until } from './stack';

useDesk('offers', { clock: true });

const ben = () => stack.seed.workers['ben'] ?? '';
const radio = (handOver: 'now' | 'accepted') =>
  page.getByRole('radio', { name: en[`ChatTransferHandOver_${handOver}`] });
const ended = (key: 'Accepted' | 'Declined' | 'Unanswered' | 'Cancelled', name = 'Ben Baker') =>
  notification(said(`ChatTransfer${key}`, { name }));
const looks = () => wire.calls.filter(({ method, path }) => method === 'GET' && path === '/transfers');
/** Has the page look at its offers: what is in view it looks at every 2 s. */
async function look(): Promise<void> {
  const before = looks().length;
  await page.clock.fastForward(2_000);
  await until('a look', () => looks().length > before);
}
/** What was asked for, without the hints. */
const requests = () => offering.asked.map(({ taskSid, targetSid, handOver }) => ({ taskSid, targetSid, handOver }));

describe('the choice', { skip }, () => {
  it('is not there where the stack only hands over at once', async () => {
    canHandOver('now');
    await deskWith();
    await openTab('Queues');
    await button('Transfer to Sales').waitFor();
    assert.equal(await page.getByRole('radio').count(), 0);
  });

  it('is not there for a chat that is no conversation', async () => {
    canHandOver('now', 'accepted');
    const sid = await deskWith('chat');
    await openTab('Queues');
    await button('Transfer to Sales').click();
    await notification(said('ChatTransferDone')).waitFor();
    assert.equal(await page.getByRole('radio').count(), 0);
    assert.deepEqual(requests(), [{ taskSid: sid, targetSid: stack.seed.queues['Sales'], handOver: undefined }]);
  });

  for (const [first, second] of [
    ['now', 'accepted'],
    ['accepted', 'now'],
  ] as const) {
    it(`has the default first, and asks for it: ${first}`, async () => {
      canHandOver(first, second);
      const sid = await deskWith();
      await openTab('Agents');
      await choice(first).waitFor();
      const values = await page
        .getByRole('radio')
        .evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value));
      assert.deepEqual(values, [first, second]);
      assert.ok(await radio(first).isChecked());
      assert.deepEqual(await violations('.Twilio-WorkerDirectory fieldset'), []);
      wire.next.push({ status: 200, body: '{"taskSid":"WT0"}' });
      await button('Transfer to Ben Baker').click();
      await (first === 'now' ? notification(said('ChatTransferDone')) : offered('Ben Baker')).waitFor();
      assert.deepEqual(requests(), [{ taskSid: sid, targetSid: ben(), handOver: first }]);
    });
  }

  it('is kept when the directory is closed and opened again, and after a failure', async () => {
    canHandOver('accepted', 'now');
    const sid = await deskWith();
    await openTab('Agents');
    await choice('now').click();
    await page.getByTestId('close-worker-directory').click();
    await choice('now').waitFor({ state: 'detached' });
    await openTab('Workflows');
    assert.ok(await radio('now').isChecked());
    wire.next.push(problem('target_not_routed', 422));
    wire.fakes.set('/get-workflows', {
      workflows: [{ sid: stack.seed.workflows['Escalations'], friendlyName: 'Escalations' }],
    });
    await button('Transfer to Escalations').click();
    await notification(problemSaid('target_not_routed')).waitFor();
    assert.ok(await radio('now').isChecked());
    assert.deepEqual(
      offering.asked.map(({ handOver }) => handOver),
      ['now'],
    );
    assert.equal(offering.offers.has(sid), false);
  });

  it('is made by keyboard', async () => {
    canHandOver('now', 'accepted');
    await deskWith();
    await openTab('Agents');
    await radio('now').focus();
    await page.keyboard.press('ArrowDown');
    assert.ok(await radio('accepted').isChecked());
    await button('Transfer to Ben Baker').focus();
    await page.keyboard.press('Enter');
    await offered('Ben Baker').waitFor();
    await button(en.ChatTransferTakeBack).focus();
    await page.keyboard.press('Enter');
    await ended('Cancelled').waitFor();
  });

  it('can be made by other code', async () => {
    canHandOver('now');
    const sid = await deskWith();
    await transferSelected(ben(), { handOver: 'accepted' });
    await offered('Ben Baker').waitFor();
    assert.equal(offering.offers.get(sid)?.state, 'offered');
  });
});

describe('an offer', { skip }, () => {
  it('leaves the chat with its agent, who is told to whom it is offered', async () => {
    const sid = await deskWithOffer();
    assert.equal((await stack.task(sid)).assignment_status, 'assigned');
    assert.equal(await notification(said('ChatTransferDone')).count(), 0);
    assert.ok(await button(en.ChatTransferTakeBack).isVisible());
    assert.deepEqual(await violations('[aria-label="Selected chat"] [data-paste-element="BOX"]'), []);
    assert.deepEqual(requests(), [{ taskSid: sid, targetSid: ben(), handOver: 'accepted' }]);
  });

  it('to a queue has its name, to a target without a name says so', async () => {
    canHandOver('accepted', 'now');
    const [first, second] = [await stack.newTask(), await stack.newTask()];
    offering.offer(first, stack.seed.queues['Sales'] ?? '');
    offering.offer(second, 'WQ0');
    await open(first);
    await offered('Sales').waitFor();
    await choose(second);
    await offered(en.ChatTransferAnotherAgent).waitFor();
  });

  for (const [state, key] of [
    ['accepted', 'Accepted'],
    ['declined', 'Declined'],
    ['cancelled', 'Cancelled'],
  ] as const) {
    it(`that was ${state} is told of once, and asked after no more`, async () => {
      const sid = await deskWithOffer();
      offering.become(sid, state);
      await look();
      await ended(key).waitFor();
      await offered('Ben Baker').waitFor({ state: 'detached' });
      assert.equal(await button(en.ChatTransferTakeBack).count(), 0);
      const asked = looks().length;
      await page.clock.fastForward(120_000);
      await page.waitForTimeout(200);
      assert.equal(looks().length, asked);
    });
  }

  it('is asked after as soon as the chat has left the list', async () => {
    const sid = await deskWithOffer();
    await choose(await stack.newTask('conversation', 'ana', 'Noah Weber'));
    // A chat that is not in view is looked at every 12 s after a minute.
    await page.clock.fastForward(60_000);
    await stack.end(sid, 'completed');
    const before = looks().length;
    await page.locator(`[data-task="${sid}"]`).waitFor({ state: 'detached' });
    await page.clock.fastForward(2_600);
    await until('a look', () => looks().length > before, 6_000);
    offering.become(sid, 'accepted');
    await look();
    await ended('Accepted').waitFor();
  });

  it('is found again after a reload, and one that was declined meanwhile is told of until it is dismissed', async () => {
    const sid = await deskWithOffer();
    const other = await stack.newTask('conversation', 'ana', 'Noah Weber');
    offering.offer(other, ben());
    offering.become(other, 'declined');
    const declined = page.getByRole('status').getByText(said('ChatTransferDeclinedHere', { name: 'Ben Baker' }));
    await page.reload();
    await choose(other);
    await declined.waitFor();
    await button(en.ChatTransferDismiss).click();
    await declined.waitFor({ state: 'detached' });
    await page.reload();
    await choose(sid);
    await offered('Ben Baker').waitFor();
    await choose(other);
    await page.waitForTimeout(500);
    assert.equal(await declined.count(), 0);
    assert.equal(await page.locator('.Twilio-NotificationBar').getByText('Noah Weber').count(), 0);
  });

  it('to a queue is told of with the agent who has taken the chat', async () => {
    canHandOver('accepted', 'now');
    const sid = await deskWith();
    await openTab('Queues');
    await button('Transfer to Sales').click();
    await offered('Sales').waitFor();
    offering.become(sid, 'accepted', stack.seed.workers['carla']);
    await look();
    await ended('Accepted', 'Carla Costa').waitFor();
  });

  it('that a queue declines is told of as that', async () => {
    canHandOver('accepted', 'now');
    const sid = await deskWith();
    await openTab('Queues');
    await button('Transfer to Sales').click();
    await offered('Sales').waitFor();
    offering.become(sid, 'declined');
    await look();
    await ended('Unanswered', 'Sales').waitFor();
    await page
      .getByRole('status')
      .getByText(said('ChatTransferUnansweredHere', { name: 'Sales' }))
      .waitFor();
  });

  it('shows since when, and is transferred now by its own button', async () => {
    const sid = await deskWithOffer();
    await page
      .locator('[data-chat-transfer="offer"]')
      .getByText(/^0:0\d$/)
      .waitFor();
    wire.next.push({ status: 200, body: '{"taskSid":"WT0"}' });
    await button(en.ChatTransferHandOver_now).click();
    await notification(said('ChatTransferDone')).waitFor();
    await offered('Ben Baker').waitFor({ state: 'detached' });
    assert.deepEqual(requests().pop(), { taskSid: sid, targetSid: ben(), handOver: 'now' });
  });

  it('survives answers that say nothing', async () => {
    const sid = await deskWithOffer();
    const offer = offering.offers.get(sid);
    offering.silence = problem('twilio_failed', 502);
    await look();
    offering.silence = undefined;
    assert.ok(offer && (await offered('Ben Baker').isVisible()));
    offering.become(sid, 'declined');
    await look();
    await ended('Declined').waitFor();
  });

  it('that the stack does not know any more is shown no more', async () => {
    const sid = await deskWithOffer();
    offering.offers.delete(sid);
    for (let looked = 0; looked < 3; looked += 1) await look();
    await offered('Ben Baker').waitFor({ state: 'detached' });
  });

  it('that a supervisor made to another target instead is shown', async () => {
    const sid = await deskWithOffer();
    offering.offer(sid, stack.seed.workers['carla'] ?? '');
    await look();
    await offered('Carla Costa').waitFor();
    assert.equal(await button(en.ChatTransferTakeBack).count(), 1);
  });

  it('ends with a transfer of the chat at once', async () => {
    const sid = await deskWithOffer();
    await openTab('Agents');
    await choice('now').click();
    wire.next.push({ status: 200, body: '{"taskSid":"WT0"}' });
    await button('Transfer to Ben Baker').click();
    await notification(said('ChatTransferDone')).waitFor();
    await offered('Ben Baker').waitFor({ state: 'detached' });
    assert.deepEqual(
      offering.asked.map(({ taskSid, handOver }) => [taskSid, handOver]),
      [
        [sid, 'accepted'],
        [sid, 'now'],
      ],
    );
  });
});

describe('on a local stack', { skip }, () => {
  async function deskWithRealOffer(): Promise<[sid: string, made: string]> {
    wire.script = undefined;
    const sid = await deskWith();
    await openTab('Agents');
    await choice('accepted').click();
    await button('Transfer to Ben Baker').click();
    await offered('Ben Baker').waitFor();
    const [made] = await stack.successors(sid);
    return [sid, made ?? ''];
  }

  it('an offer that is accepted ends the chat of its agent', async () => {
    const [sid, made] = await deskWithRealOffer();
    assert.equal((await stack.task(sid)).assignment_status, 'assigned');
    await page.reload();
    await page.locator(`[data-task="${sid}"] button`).first().click();
    await offered('Ben Baker').waitFor();
    await stack.accept(made, 'ben');
    await ended('Accepted').waitFor();
    await page.locator(`[data-task="${sid}"]`).waitFor({ state: 'detached' });
    assert.equal((await stack.task(sid)).assignment_status, 'completed');
  });

  it('an offer that its agent declines is told of within seconds', async (test) => {
    const [sid, made] = await deskWithRealOffer();
    const began = Date.now();
    await stack.answer(made, 'ben', 'rejected');
    const bar = page.getByRole('status').getByText(said('ChatTransferDeclinedHere', { name: 'Ben Baker' }));
    await bar.waitFor();
    // 3 s are wanted of a machine that does nothing else; here the events of the tests before come first.
    const took = Date.now() - began;
    test.diagnostic(`told of after ${took} ms`);
    assert.equal((await stack.task(sid)).assignment_status, 'assigned');
  });

  it('an offer that no agent takes goes back to its agent', async () => {
    const [sid, made] = await deskWithRealOffer();
    await stack.end(made, 'canceled');
    await ended('Declined').waitFor();
    await offered('Ben Baker').waitFor({ state: 'detached' });
    assert.equal((await stack.task(sid)).assignment_status, 'assigned');
  });

  it('an offer is taken back', async () => {
    const [sid, made] = await deskWithRealOffer();
    await button(en.ChatTransferTakeBack).click();
    await ended('Cancelled').waitFor();
    assert.equal((await stack.task(made)).assignment_status, 'canceled');
    assert.equal((await stack.task(sid)).assignment_status, 'assigned');
  });
});

describe('a supervisor', { skip }, () => {
  it('who offers the chat of another agent is told that it is offered', async () => {
    await deskWith();
    await page.evaluate(
      async ([target, customerName]) => {
        const { Flex } = (window as never as { desk: { Flex: typeof import('@twilio/flex-ui') } }).desk;
        const task = { taskSid: 'WT0', attributes: { conversationSid: 'CH0', customerName }, channelType: 'web' };
        await Flex.Actions.invokeAction('TransferTask', { task, targetSid: target, options: { handOver: 'accepted' } });
      },
      [ben(), CUSTOMER] as const,
    );
    await notification(said('ChatTransferAsked', { name: 'Ben Baker' })).waitFor();
    const atLoad = looks().length;
    await page.clock.fastForward(20_000);
    await page.waitForTimeout(200);
    assert.equal(looks().length, atLoad);
  });
});

describe('taking back', { skip }, () => {
  it('ends the offer', async () => {
    const sid = await deskWithOffer();
    await button(en.ChatTransferTakeBack).click();
    await ended('Cancelled').waitFor();
    await offered('Ben Baker').waitFor({ state: 'detached' });
    assert.equal(offering.offers.get(sid)?.state, 'cancelled');
    assert.equal(wire.calls.filter(({ method }) => method === 'DELETE').length, 1);
  });

  it('comes too late', async () => {
    const sid = await deskWithOffer();
    const release = hold('/transfers');
    offering.become(sid, 'accepted');
    await button(en.ChatTransferTakeBack).click();
    await notification(problemSaid('already_accepted')).waitFor();
    release();
    await ended('Accepted').waitFor();
  });

  it('fails, and the offer stays', async () => {
    await deskWithOffer();
    offering.refusal = problem('cannot_take_back', 409);
    await button(en.ChatTransferTakeBack).click();
    await notification(problemSaid('cannot_take_back')).waitFor();
    assert.ok(await offered('Ben Baker').isVisible());
    offering.refusal = undefined;
    await button(en.ChatTransferTakeBack).click();
    await ended('Cancelled').waitFor();
    assert.equal(await notification(problemSaid('cannot_take_back')).count(), 0);
  });
});
