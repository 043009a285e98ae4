/** Asking first: the offers of the agent's chats, the bar that shows them, and how they end. */
import type * as Flex from '@twilio/flex-ui';
import * as React from 'react';

import { isConversation, isMessaging } from './action';
import type { Directory } from './directory';
import { namesOf } from './names';
import type { NotificationId, Notifier } from './notifications';
import { OfferBar } from './OfferBar';
import { Offers, type ShownOffer } from './offers';
import { isOpen, type Asked, type Outcome } from './following';
import type { Ongoing } from './ongoing';
import type { Read } from './strings';
import type { Targets } from './targets';
import type { Client, Transferred } from './transfer';

const DISMISSED = 'flex-chat-transfer.dismissed';

/** What an agent is told of an offer that ended: one agent declines, of a queue no one takes it. */
export function endedAs(state: Outcome, targetSid: string, before: Asked['state'] = 'offered'): NotificationId {
  if (state === 'accepted') return 'ChatTransferAccepted';
  if (before === 'joined') return 'ChatTransferParted';
  if (state === 'cancelled') return 'ChatTransferCancelled';
  return targetSid.startsWith('WK') ? 'ChatTransferDeclined' : 'ChatTransferUnanswered';
}

export class Asking {
  readonly offers: Offers;
  private readonly nameOf: (targetSid: string) => Promise<string | undefined>;
  /** The chats of open offers: how an offer ended is told after its chat has left the list. */
  private readonly chats = new Map<string, Flex.ITask>();

  constructor(
    private readonly flex: typeof Flex,
    private readonly manager: Flex.Manager,
    client: Client,
    private readonly ongoing: Ongoing,
    private readonly notifier: Notifier,
    targets: Targets,
    private readonly read: Read,
  ) {
    this.nameOf = namesOf(manager, targets);
    this.offers = new Offers(client, {
      holds: (taskSid) => this.task(taskSid) !== undefined,
      inView: (taskSid) => this.selected() === taskSid,
      hidden: () => document.hidden,
      nameOf: this.nameOf,
      ended: (taskSid, state, offer, bySid) => void this.tell(taskSid, state, offer, bySid),
      joined: (taskSid, bySid) => void this.tellJoined(taskSid, bySid),
      dismissed: storedSet(DISMISSED),
    });
    this.addBar();
    const changed = () => {
      for (const task of this.tasks()) this.chats.set(task.taskSid, task);
      this.offers.plan();
    };
    this.onChange(changed);
    document.addEventListener('visibilitychange', changed);
    changed();
  }

  /** A chat was transferred, or someone was asked to take it. */
  done(task: Flex.ITask, targetSid: string, { taskSid: newTaskSid, state }: Transferred, directory: Directory): void {
    const { taskSid } = task;
    directory.done(taskSid);
    if (!isOpen(state)) {
      this.offers.drop(taskSid);
      this.notifier.show('ChatTransferDone', task);
    } else if (this.task(taskSid)) this.offers.begin(taskSid, targetSid, newTaskSid);
    // A supervisor's transfer of another agent's chat.
    else
      void this.nameOf(targetSid).then((name) =>
        this.notifier.show('ChatTransferAsked', task, { name: this.named(name) }),
      );
  }

  private tasks(): Flex.ITask[] {
    return [...this.manager.store.getState().flex.worker.tasks.values()];
  }

  private task(taskSid: string): Flex.ITask | undefined {
    return this.tasks().find((task) => task.taskSid === taskSid);
  }

  private selected(): string | undefined {
    const { view, worker } = this.manager.store.getState().flex;
    return worker.tasks.get(view.selectedTaskSid ?? '')?.taskSid;
  }

  private named(name: string | undefined): string {
    return name ?? this.read('ChatTransferAnotherAgent');
  }

  /** Calls back when the list of tasks or the selected one has changed, of all that the store tells. */
  private onChange(changed: () => void): void {
    let before: unknown[] = [];
    this.manager.store.subscribe(() => {
      const { view, worker } = this.manager.store.getState().flex;
      const now = [view.selectedTaskSid, worker.tasks];
      if (now.every((value, index) => value === before[index])) return;
      before = now;
      changed();
    });
  }

  private async tell(
    taskSid: string,
    state: Outcome,
    { targetSid, name, state: before }: ShownOffer,
    bySid?: string,
  ): Promise<void> {
    const task = this.task(taskSid) ?? this.chats.get(taskSid);
    if (!task) return;
    // Of a queue it is told who has taken the chat.
    const who =
      (bySid && bySid !== targetSid ? await this.nameOf(bySid) : undefined) ?? name ?? (await this.nameOf(targetSid));
    this.notifier.show(endedAs(state, targetSid, before), task, { name: this.named(who) });
  }

  private async tellJoined(taskSid: string, bySid: string): Promise<void> {
    const name = this.named(await this.nameOf(bySid));
    const task = this.task(taskSid);
    if (task && this.offers.isOpen(taskSid)) this.notifier.show('ChatTransferJoined', task, { name });
  }

  private addBar(): void {
    const { Actions, TaskCanvas } = this.flex;
    const ending = (end: (taskSid: string) => Promise<void>) => (task: Flex.ITask) => {
      this.notifier.dismiss(task.taskSid);
      this.ongoing.during(task.taskSid, () => end(task.taskSid)).catch((error) => this.notifier.failed(error, task));
    };
    const transferNow = (task: Flex.ITask, targetSid: string) => {
      const options = { mode: 'COLD', handOver: 'now' };
      Actions.invokeAction('TransferTask', { task, targetSid, options }).catch(() => undefined);
    };
    TaskCanvas.Content.add(
      <OfferBar
        key="chat-transfer-offer"
        offers={this.offers}
        ongoing={this.ongoing}
        read={this.read}
        onTakeBack={ending((taskSid) => this.offers.takeBack(taskSid))}
        onLeave={ending((taskSid) => this.offers.leave(taskSid))}
        onTransferNow={transferNow}
      />,
      { sortOrder: 1, if: ({ task }) => task !== undefined && isMessaging(this.flex, task) && isConversation(task) },
    );
  }
}

/** A set that outlives a reload of the page, if the browser lets it. */
function storedSet(name: string): Set<string> {
  const kept = new Set<string>();
  try {
    (sessionStorage.getItem(name) ?? '')
      .split(' ')
      .filter(Boolean)
      .forEach((sid) => kept.add(sid));
    const add = kept.add.bind(kept);
    kept.add = (sid) => {
      add(sid);
      // What ended long ago is not listed any more.
      sessionStorage.setItem(name, [...kept].slice(-50).join(' '));
      return kept;
    };
  } catch {
    // Without storage a reload shows it again.
  }
  return kept;
}
