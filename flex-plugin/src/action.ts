/** Flex's action `TransferTask`, replaced for chats. */
import type * as Flex from '@twilio/flex-ui';

import { describeFailure, registerNotifications, type NotificationId } from './notifications';
import type { Ongoing } from './ongoing';
import type { StringKey } from './strings';
import { TransferError, type Client } from './transfer';

/** Milliseconds after which agents are told that it takes longer. */
const SLOW = 2_000;

interface TransferTaskPayload {
  task?: Flex.ITask;
  sid?: string;
  targetSid: string;
  options?: { mode?: 'COLD' | 'WARM' };
}

/** Chat, SMS, WhatsApp: what has a channel to the customer, but neither calls nor e-mail. */
export function isMessaging(flex: typeof Flex, task: Flex.ITask): boolean {
  const { TaskHelper } = flex;
  return TaskHelper.isChatBasedTask(task) && !TaskHelper.isCallTask(task) && !TaskHelper.isEmailTask(task);
}

/**
 * Transfers of chats go to the stack; everything else, and warm transfers, stay Flex's.
 *
 * The action rejects where the transfer failed, so that `afterTransferTask` is not called.
 * https://www.twilio.com/docs/flex/developer/ui/use-ui-actions
 */
export function replaceTransferTask(
  flex: typeof Flex,
  client: Client,
  ongoing: Ongoing,
  read: (key: StringKey) => string | undefined,
): void {
  const { Actions, Notifications, TaskHelper } = flex;
  registerNotifications(flex);
  const show = (id: NotificationId, text = '') => Notifications.showNotification(id, { text });

  async function transfer(taskSid: string, targetSid: string): Promise<void> {
    if (ongoing.has(taskSid)) throw new TransferError('transfer_in_progress', 'One transfer at a time.');
    await ongoing.during(taskSid, async () => {
      const slow = setTimeout(() => show('ChatTransferSlow', read('ChatTransferSlow')), SLOW);
      try {
        await client.transfer(taskSid, targetSid);
      } finally {
        clearTimeout(slow);
        Notifications.dismissNotificationById('ChatTransferSlow');
      }
    });
  }

  Actions.replaceAction('TransferTask', async (payload: TransferTaskPayload, original) => {
    const task = payload.task ?? (payload.sid ? TaskHelper.getTaskByTaskSid(payload.sid) : undefined);
    if (!task || !isMessaging(flex, task) || payload.options?.mode === 'WARM') return original(payload);
    // What was said of the previous transfer.
    for (const id of ['ChatTransferDone', 'ChatTransferFailed']) Notifications.dismissNotificationById(id);
    try {
      await transfer(task.taskSid, payload.targetSid);
    } catch (error) {
      if (error instanceof TransferError) {
        show('ChatTransferFailed', describeFailure(error, read));
      }
      throw error;
    }
    show('ChatTransferDone', read('ChatTransferDone'));
  });
}
