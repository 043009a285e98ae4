/** Flex's action `TransferTask`, replaced for chats. */
import type * as Flex from '@twilio/flex-ui';

import type { Notifier } from './notifications';
import type { Ongoing } from './ongoing';
import { TransferError, type Client, type HandOver, type Interaction, type Transferred } from './transfer';

/** Milliseconds after which agents are told that it takes longer. */
const SLOW = 2_000;

interface TransferTaskPayload {
  task?: Flex.ITask;
  sid?: string;
  targetSid: string;
  options?: { mode?: 'COLD' | 'WARM'; handOver?: HandOver; attributes?: unknown; priority?: unknown };
}

export interface Chooser {
  /** What the agent chose in the directory, if the transfer comes from there. */
  chosen: (taskSid: string) => HandOver | undefined;
  /** A task was transferred, or offered, which its `state` tells. */
  onDone: (task: Flex.ITask, targetSid: string, made: Transferred) => void;
}

/** Chat, SMS, WhatsApp: what has a channel to the customer, but neither calls nor e-mail. */
export function isMessaging(flex: typeof Flex, task: Flex.ITask): boolean {
  const { TaskHelper } = flex;
  return TaskHelper.isChatBasedTask(task) && !TaskHelper.isCallTask(task) && !TaskHelper.isEmailTask(task);
}

/** Only these can be offered: what belongs to an Interaction. */
export function isConversation(task: Flex.ITask): boolean {
  return Boolean(task.attributes?.flexInteractionChannelSid);
}

/** What the task says of its interaction. */
export function interactionOf(task: Flex.ITask): Interaction {
  const { flexInteractionSid, flexInteractionChannelSid } = (task.attributes ?? {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    flexInteractionSid: text(flexInteractionSid),
    flexInteractionChannelSid: text(flexInteractionChannelSid),
  };
}

/**
 * Transfers of chats go to the stack; everything else, and warm transfers, stay Flex's.
 *
 * The action rejects if the transfer failed, so that `afterTransferTask` is not called.
 * https://www.twilio.com/docs/flex/developer/ui/use-ui-actions
 */
export function replaceTransferTask(
  flex: typeof Flex,
  client: Client,
  ongoing: Ongoing,
  notifier: Notifier,
  { chosen, onDone }: Chooser,
): void {
  async function transfer(task: Flex.ITask, targetSid: string, handOver?: HandOver): Promise<Transferred> {
    const { taskSid } = task;
    if (ongoing.has(taskSid)) throw new TransferError('transfer_in_progress', 'One transfer at a time.');
    return ongoing.during(taskSid, async () => {
      const slow = setTimeout(() => notifier.show('ChatTransferSlow', task), SLOW);
      try {
        return await client.transfer(taskSid, targetSid, { handOver, interaction: interactionOf(task) });
      } finally {
        clearTimeout(slow);
        notifier.dismiss(taskSid, 'ChatTransferSlow');
      }
    });
  }

  flex.Actions.replaceAction('TransferTask', async (payload: TransferTaskPayload, original) => {
    const { sid, targetSid, options } = payload;
    const task = payload.task ?? (sid ? flex.TaskHelper.getTaskByTaskSid(sid) : undefined);
    if (!task || !isMessaging(flex, task) || options?.mode === 'WARM') return original(payload);
    warnOfDropped(options ?? {});
    // What was said of the previous transfer of this chat.
    notifier.dismiss(task.taskSid);
    try {
      const handOver = options?.handOver ?? chosen(task.taskSid);
      onDone(task, targetSid, await transfer(task, targetSid, handOver));
    } catch (error) {
      notifier.failed(error, task);
      throw error;
    }
  });
}

/** Flex's own action passes these on, so other plugins may count on them. The API does not take them. */
function warnOfDropped(options: object): void {
  const dropped = ['attributes', 'priority'].filter((name) => name in options);
  if (dropped.length === 0) return;
  const names = dropped.map((name) => `options.${name}`).join(' and ');
  console.warn(`FlexChatTransferPlugin: ${names} of TransferTask cannot be sent with a chat and will be missing.`);
}
