/** End Chat while a chat is transferred, and while someone is asked to take it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { en } from '../src/languages/en';
import {
  button,
  chat,
  deskWith,
  deskWithOffer,
  hold,
  invoke,
  notification,
  offered,
  offering,
  page,
  said,
  skip,
  stack,
  useDesk,
  violations,
} from './desk';
import { until } from './stack';

useDesk('endings', { clock: true });
const end = () => chat().getByTestId('end-task-button');
const status = async (sid: string) => (await stack.task(sid)).assignment_status;
const question = () => page.getByRole('alertdialog');

describe('End Chat', { skip }, () => {
  it('is held while the chat is transferred, also for other code', async () => {
    const sid = await deskWith();
    const release = hold('/transfer-chat');
    const outcome = invoke(sid, stack.seed.workers['ben'] ?? '');
    await chat().locator('[aria-busy="true"]').waitFor();
    await end().click();
    await notification(said('ChatTransferHeld')).waitFor();
    const completed = await page.evaluate(() => {
      const { manager, Flex } = (
        window as never as {
          desk: { manager: import('@twilio/flex-ui').Manager; Flex: typeof import('@twilio/flex-ui') };
        }
      ).desk;
      const sid = manager.store.getState().flex.view.selectedTaskSid;
      const task = manager.store.getState().flex.worker.tasks.get(sid ?? '');
      return Flex.Actions.invokeAction('CompleteTask', { task }).then(
        () => 'went through',
        () => 'held',
      );
    });
    assert.equal(completed, 'held');
    release();
    assert.equal(await outcome, 'resolved');
  });

  it('asks first while someone is asked to take the chat: no keeps it, yes ends it', async () => {
    const sid = await deskWithOffer();
    await end().click();
    await question().getByText(said('ChatTransferEnd')).waitFor();
    await question()
      .getByText(said('ChatTransferEndText', { name: 'Ben Baker' }))
      .waitFor();
    assert.deepEqual(await violations('[role="alertdialog"]'), []);
    await button(en.ChatTransferEndCancel).click();
    await question().waitFor({ state: 'detached' });
    assert.equal(await status(sid), 'assigned');
    await offered('Ben Baker').waitFor();

    await end().focus();
    await page.keyboard.press('Enter');
    await question().waitFor();
    await button(en.ChatTransferEndConfirm).focus();
    await page.keyboard.press('Enter');
    await until('another status', async () => (await status(sid)) !== 'assigned');
    assert.equal(await status(sid), 'wrapping');
    // The answer holds for the rest of the way out. A click before Flex knows of the wrap-up would do nothing.
    await chat().locator('[data-testid="end-task-button"]:not([data-status="accepted"])').click();
    await until('another status', async () => (await status(sid)) !== 'wrapping');
    assert.equal(await status(sid), 'completed');
    assert.equal(await question().count(), 0);
  });

  it('does not ask when the offer has ended', async () => {
    const sid = await deskWithOffer();
    offering.become(sid, 'declined');
    await page.clock.fastForward(2_000);
    await page
      .getByRole('status')
      .getByText(said('ChatTransferDeclinedHere', { name: 'Ben Baker' }))
      .waitFor();
    await end().click();
    await until('another status', async () => (await status(sid)) !== 'assigned');
    assert.equal(await question().count(), 0);
  });
});
