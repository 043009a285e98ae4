/** What supervisors have in the Teams view, where Flex has no directory: a button and a dialog of their own. */
import type * as Flex from '@twilio/flex-ui';
import { Box } from '@twilio-paste/core/box';
import { Button } from '@twilio-paste/core/button';
import { Modal, ModalBody, ModalHeader, ModalHeading } from '@twilio-paste/core/modal';
import * as React from 'react';

import { isConversation, isMessaging } from './action';
import { customerOf } from './customers';
import { HandOverChoice } from './HandOverChoice';
import { NoteField } from './Note';
import type { Ongoing } from './ongoing';
import type { Read } from './strings';
import { TargetList, type Kind } from './TargetList';
import type { Targets } from './targets';
import type { HandOver } from './transfer';
import { TransferButton } from './TransferButton';
import { useWatched, Watched } from './watched';

const BUTTON = 'chat-transfer-supervisor-button';
const KINDS: readonly Kind[] = ['Agents', 'Queues', 'Workflows'];

/** The chat whose transfer is being chosen, if any. */
class Picked extends Watched {
  task: Flex.ITask | undefined;

  pick(task?: Flex.ITask): void {
    this.task = task;
    this.tell();
  }
}

interface DialogProps {
  picked: Picked;
  read: Read;
  ongoing: Ongoing;
  targets: Targets;
  onTransfer: (task: Flex.ITask, targetSid: string, handOver?: HandOver, note?: string) => void;
}

function TransferDialog({ picked, read, ongoing, targets, onTransfer }: DialogProps) {
  useWatched(picked);
  const { task } = picked;
  const [kind, setKind] = React.useState<Kind>('Agents');
  // What was chosen and written goes with the dialog.
  const chosen = React.useMemo(() => new Map<string, HandOver>(), [task]);
  const notes = React.useMemo(() => new Map<string, string>(), [task]);
  if (!task) return null;
  const { taskSid } = task;
  const close = () => {
    picked.pick();
    setTimeout(() => document.getElementById(BUTTON)?.focus(), 50);
  };
  const transfer = (targetSid: string) => {
    close();
    onTransfer(task, targetSid, chosen.get(taskSid), notes.get(taskSid)?.trim() || undefined);
  };
  const heading = read('ChatTransferOf', { customer: customerOf(task) ?? read('ChatTransferTheCustomer') });
  return (
    <Modal isOpen onDismiss={close} size="default" ariaLabelledby="chat-transfer-heading">
      <ModalHeader>
        <ModalHeading as="h3" id="chat-transfer-heading">
          {heading}
        </ModalHeading>
      </ModalHeader>
      <ModalBody>
        {isConversation(task) && <HandOverChoice task={task} read={read} targets={targets} chosen={chosen} />}
        <NoteField task={task} read={read} notes={notes} />
        {/* Paste's tabs would add a sixth to the size of the plugin. */}
        <Box role="group" aria-label={heading} display="flex" columnGap="space30" paddingX="space50">
          {KINDS.map((one) => (
            <Button key={one} variant="secondary" size="small" pressed={one === kind} onClick={() => setKind(one)}>
              {read(`ChatTransfer${one}`)}
            </Button>
          ))}
        </Box>
        <TargetList
          key={kind}
          kind={kind}
          taskSid={taskSid}
          read={read}
          ongoing={ongoing}
          targets={targets}
          onTransfer={transfer}
        />
      </ModalBody>
    </Modal>
  );
}

/** Adds a button to the header of a chat that is monitored; the stack decides who may transfer it. */
export function addSupervising(flex: typeof Flex, targets: Targets, ongoing: Ongoing, read: Read): void {
  const picked = new Picked();
  flex.Supervisor.TaskCanvasHeader.Content.add(
    <TransferButton
      key="chat-transfer"
      id={BUTTON}
      read={read}
      ongoing={ongoing}
      onClick={(task) => picked.pick(task)}
    />,
    { sortOrder: 2, if: ({ task }) => task !== undefined && isMessaging(flex, task) && task.taskStatus === 'assigned' },
  );
  const transfer: DialogProps['onTransfer'] = (task, targetSid, handOver, note) => {
    const options = { mode: 'COLD', handOver, note };
    // A failure has been shown by the action itself.
    flex.Actions.invokeAction('TransferTask', { task, targetSid, options }).catch(() => undefined);
  };
  flex.MainContainer.Content.add(
    <TransferDialog
      key="chat-transfer-supervisor"
      picked={picked}
      read={read}
      ongoing={ongoing}
      targets={targets}
      onTransfer={transfer}
    />,
  );
}
