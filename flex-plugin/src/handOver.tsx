/** Hand-over at acceptance: the choice in the directory, the offers of the agent's chats, and how they end. */
import type * as Flex from '@twilio/flex-ui';
import * as React from 'react';

import { isConversation, isMessaging, type Chooser } from './action';
import { HandOverChoice } from './HandOverChoice';
import { namesOf } from './names';
import { named, type Notifier } from './notifications';
import { OfferBar } from './OfferBar';
import { Offers, type Outcome } from './offers';
import type { Ongoing } from './ongoing';
import type { StringKey } from './strings';
import type { Client, HandOver } from './transfer';

const ENDED = {
  accepted: 'ChatTransferAccepted',
  declined: 'ChatTransferDeclined',
  cancelled: 'ChatTransferCancelled',
} as const satisfies Record<Outcome, StringKey>;

export function addHandOver(
  flex: typeof Flex,
  manager: Flex.Manager,
  client: Client,
  ongoing: Ongoing,
  notifier: Notifier,
  read: (key: StringKey) => string,
): Chooser {
  const tasks = () => [...manager.store.getState().flex.worker.tasks.values()];
  const nameOf = namesOf(manager, client);
  const holds = (taskSid: string) => tasks().some((task) => task.taskSid === taskSid);
  const offers = new Offers(client, {
    holds,
    nameOf,
    ended: (state, name) => notifier.show(ENDED[state], name),
  });
  const choices = new Map<string, HandOver>();

  let handOvers: Promise<HandOver[]> | undefined;
  const load = () => {
    const found = handOvers ?? client.listTargets().then((targets) => targets.handOver);
    handOvers = found;
    found.catch(() => (handOvers = undefined));
    return found;
  };
  const offerable = ({ task }: { task?: Flex.ITask }) =>
    task !== undefined && isMessaging(flex, task) && isConversation(task);
  flex.WorkerDirectory.Content.add(
    <HandOverChoice
      key="chat-transfer-hand-over"
      words={{
        legend: read('ChatTransferHandOver'),
        now: read('ChatTransferHandOver_now'),
        accepted: read('ChatTransferHandOver_accepted'),
      }}
      load={load}
      chosen={choices}
    />,
    // Between Flex's header and its tabs.
    { sortOrder: 0.5, if: (props) => props.isOpen && offerable(props) },
  );

  const takeBack = (taskSid: string) => {
    notifier.dismiss('ChatTransferFailed');
    ongoing.during(taskSid, () => offers.takeBack(taskSid)).catch((error) => notifier.failed(error));
  };
  flex.TaskCanvas.Content.add(
    <OfferBar
      key="chat-transfer-offer"
      offers={offers}
      ongoing={ongoing}
      words={{
        offered: (name = read('ChatTransferAnotherAgent')) => named(read('ChatTransferOffered'), name),
        takeBack: () => read('ChatTransferTakeBack'),
      }}
      onTakeBack={takeBack}
    />,
    { sortOrder: 1, if: offerable },
  );

  const seen = new Set<string>();
  const look = async () => {
    offers.listChanged();
    const unseen = tasks().filter(({ taskSid }) => !seen.has(taskSid));
    unseen.forEach(({ taskSid }) => seen.add(taskSid));
    // A chat that was accepted on this page cannot have been offered before.
    for (const task of unseen) if (task.status === 'accepted' && offerable({ task })) await offers.find(task.taskSid);
  };
  manager.store.subscribe(() => void look());
  void look();

  return {
    chosen: (taskSid) => choices.get(taskSid),
    onDone: (task, targetSid, { state }) => {
      choices.delete(task.taskSid);
      if (state !== 'offered') {
        offers.drop(task.taskSid);
        notifier.show('ChatTransferDone');
      } else if (holds(task.taskSid)) offers.begin(task.taskSid, targetSid);
      // A supervisor's transfer of another agent's chat.
      else void nameOf(targetSid).then((name) => notifier.show('ChatTransferOffered', name));
    },
  };
}
