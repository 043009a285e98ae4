/** Flex's action `TransferTask`, replaced for chats. */
import type * as Flex from '@twilio/flex-ui';

import type { Notifier } from './notifications';
import type { Ongoing } from './ongoing';
import {
  TransferError,
  type Client,
  type HandOver,
  type Interaction,
  type Transferred,
  type TransferOptions,
} from './transfer';

/** Milliseconds after which agents are told that it takes longer. */
const SLOW = 2_000;

interface TransferTaskPayload {
  task?: Flex.ITask;
  sid?: string;
  targetSid: string;
  options?: {
    mode?: 'COLD' | 'WARM';
    handOver?: HandOver;
    note?: string;
    attributes?: Record<string, unknown>;
    priority?: number;
  };
}

export interface Chosen {
  handOver?: HandOver | undefined;
  note?: string | undefined;
}

export interface Chooser {
  /** What the agent chose and wrote in the directory, if the transfer comes from there. */
  chosen: (taskSid: string) => Chosen;
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
 * Transfers of chats go to the stack, warm ones too; everything else stays Flex's.
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
  async function transfer(task: Flex.ITask, targetSid: string, asked: TransferOptions): Promise<Transferred> {
    const { taskSid } = task;
    if (ongoing.has(taskSid)) throw new TransferError('transfer_in_progress', 'One transfer at a time.');
    return ongoing.during(taskSid, async () => {
      const slow = setTimeout(() => notifier.show('ChatTransferSlow', task), SLOW);
      try {
        return await client.transfer(taskSid, targetSid, { ...asked, interaction: interactionOf(task) });
      } finally {
        clearTimeout(slow);
        notifier.dismiss(taskSid, 'ChatTransferSlow');
      }
    });
  }

  flex.Actions.replaceAction('TransferTask', async (payload: TransferTaskPayload, original) => {
    const { sid, targetSid, options } = payload;
    const task = payload.task ?? (sid ? flex.TaskHelper.getTaskByTaskSid(sid) : undefined);
    if (!task || !isMessaging(flex, task)) return original(payload);
    // What was said of the previous transfer of this chat.
    notifier.dismiss(task.taskSid);
    try {
      const { handOver, note } = chosen(task.taskSid);
      const { attributes, priority } = options ?? {};
      const when = options?.handOver ?? (options?.mode === 'WARM' ? 'warm' : handOver);
      const asked = { handOver: when, note: options?.note ?? note, attributes, priority };
      onDone(task, targetSid, await transfer(task, targetSid, asked));
    } catch (error) {
      notifier.failed(error, task);
      throw error;
    }
  });
}
