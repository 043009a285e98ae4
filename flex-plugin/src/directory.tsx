/** The directory's tabs for chats: workflows, and the queues that the stack routes to. */
import type * as Flex from '@twilio/flex-ui';
import * as React from 'react';

import { named } from './notifications';
import type { Ongoing } from './ongoing';
import type { StringKey } from './strings';
import { TargetList, type Words } from './TargetList';
import type { Client } from './transfer';

interface TabProps {
  label: string;
  /** Flex hands the directory's properties to what is added to it. */
  task?: Flex.ITask;
}

export function addTabs(
  flex: typeof Flex,
  client: Client,
  ongoing: Ongoing,
  read: (key: StringKey) => string,
  applies: { ours: (task?: Flex.ITask) => boolean; native: () => boolean },
): void {
  const { Actions, Tab, WorkerDirectory } = flex;
  const onTransfer = (task: Flex.ITask) => (targetSid: string) => {
    // A failure has been shown by the action itself.
    Actions.invokeAction('TransferTask', { task, targetSid, options: { mode: 'COLD' } })
      .then(() => Actions.invokeAction('HideDirectory'))
      .catch(() => undefined);
  };
  const words = (kind: 'Workflows' | 'Queues'): Words => ({
    search: read(`ChatTransfer${kind}Search`),
    loading: read(`ChatTransfer${kind}Loading`),
    empty: read(`ChatTransfer${kind}Empty`),
    nothingFound: read('ChatTransferNothingFound'),
    failed: read(`ChatTransfer${kind}Failed`),
    tryAgain: read('ChatTransferTryAgain'),
    transfer: read('ChatTransferButton'),
    transferTo: (name) => named(read('ChatTransferTo'), name),
    available: (count) => read('ChatTransferAvailable').replace('{{count}}', String(count)),
  });
  const queues = async (signal: AbortSignal) => (await client.listTargets(signal)).queues;

  const tab = (kind: 'Workflows' | 'Queues', load: typeof client.listWorkflows | typeof queues) =>
    function TargetsTab({ label, task }: TabProps) {
      return (
        <Tab label={label} uniqueName={`chat-transfer-${kind}`}>
          {task && (
            <TargetList
              id={`chat-transfer-${kind}`}
              taskSid={task.taskSid}
              words={words(kind)}
              ongoing={ongoing}
              load={load}
              onTransfer={onTransfer(task)}
            />
          )}
        </Tab>
      );
    };
  const Workflows = tab('Workflows', client.listWorkflows);
  const Queues = tab('Queues', queues);

  const { Content } = WorkerDirectory.Tabs;
  const queuesAreOurs = ({ task }: { task?: Flex.ITask }) => applies.ours(task) && !applies.native();
  // The native tab knows nothing of what the stack routes to; its filter is not told whether the task is a call.
  Content.remove('queues', { if: queuesAreOurs });
  Content.add(<Queues key="chat-transfer-queues" label={read('ChatTransferQueues')} />, {
    sortOrder: 1,
    if: queuesAreOurs,
  });
  Content.add(<Workflows key="chat-transfer-workflows" label={read('ChatTransferWorkflows')} />, {
    sortOrder: 2,
    if: ({ task }: { task?: Flex.ITask }) => applies.ours(task),
  });
}
