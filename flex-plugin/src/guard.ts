/** A chat is not ended while it is transferred, and not without a question while someone is asked to take it. */
import type * as Flex from '@twilio/flex-ui';

import type { Notifier } from './notifications';
import type { Offers, ShownOffer } from './offers';
import type { Ongoing } from './ongoing';
import { Watched } from './watched';

export interface EndOfChat {
  transferring: boolean;
  /** Whether someone is asked to take the chat. */
  asking: boolean;
  /** Whether the agent has said that the chat is to end all the same. */
  confirmed: boolean;
}

export function onEnd({ transferring, asking, confirmed }: EndOfChat): 'end' | 'hold' | 'ask' {
  if (transferring) return 'hold';
  return asking && !confirmed ? 'ask' : 'end';
}

/** The question that is open, if any: one at a time. */
export class Question extends Watched {
  open: { task: Flex.ITask; offer: ShownOffer | undefined; onYes: () => void } | undefined;

  ask(task: Flex.ITask, offer: ShownOffer | undefined, onYes: () => void): void {
    this.open = { task, offer, onYes };
    this.tell();
  }

  answer(yes: boolean): void {
    const onYes = this.open?.onYes;
    this.open = undefined;
    this.tell();
    if (yes) onYes?.();
  }
}

interface EndPayload {
  task?: Flex.ITask;
  sid?: string;
}

/**
 * Flex ends chats by these two actions. The question is asked after the first one was called off, and the answer calls
 * it again: that Flex waits for listeners is not documented.
 * https://www.twilio.com/docs/flex/developer/ui/use-ui-actions
 */
export function guardEnds(
  flex: typeof Flex,
  manager: Flex.Manager,
  ongoing: Ongoing,
  offers: Offers,
  notifier: Notifier,
  question: Question,
): void {
  /** Offers of which the agent has said that the chat may end, by their new task. */
  const confirmed = new Set<string>();
  for (const action of ['WrapupTask', 'CompleteTask'] as const) {
    flex.Actions.addListener(`before${action}`, (payload: EndPayload, abort: () => void) => {
      const task = payload.task ?? manager.store.getState().flex.worker.tasks.get(payload.sid ?? '');
      if (!task) return;
      const { taskSid } = task;
      const offer = offers.get(taskSid);
      const next = onEnd({
        transferring: ongoing.has(taskSid),
        asking: offers.isOpen(taskSid),
        confirmed: offer !== undefined && confirmed.has(offer.newTaskSid),
      });
      if (next === 'end') return;
      abort();
      if (next === 'hold') return notifier.show('ChatTransferHeld', task);
      question.ask(task, offer, () => {
        if (offer) confirmed.add(offer.newTaskSid);
        flex.Actions.invokeAction(action, payload).catch(() => undefined);
      });
    });
  }
}
