/** What the directory has for chats: how to transfer, the workflows, and the queues that the stack routes to. */
import type * as Flex from '@twilio/flex-ui';
import * as React from 'react';

import { isConversation, isMessaging, type Chosen } from './action';
import { rescueFocus } from './focus';
import { HandOverChoice } from './HandOverChoice';
import { NoteField } from './Note';
import type { Ongoing } from './ongoing';
import type { Read, StringKey } from './strings';
import { TargetList, type Kind } from './TargetList';
import type { Targets } from './targets';
import type { HandOver } from './transfer';

interface WithTask {
  /** Flex hands the directory's properties to what is added to it. */
  task?: Flex.ITask;
}

export class Directory {
  private readonly choices = new Map<string, HandOver>();
  private readonly notes = new Map<string, string>();

  constructor(
    private readonly flex: typeof Flex,
    private readonly manager: Flex.Manager,
    private readonly targets: Targets,
    private readonly ongoing: Ongoing,
    private readonly read: Read,
    /** Whether Flex's own messaging transfers are on. */
    private readonly native: () => boolean,
  ) {
    this.addChoice();
    this.addTabs();
    this.hideConsult();
    this.keepFocus();
  }

  /** What was chosen and written, if the directory is open for this chat: other code's transfers are not the agent's choice. */
  chosen(taskSid: string): Chosen {
    if (!this.isOpenFor(taskSid)) return {};
    return { handOver: this.choices.get(taskSid), note: this.notes.get(taskSid)?.trim() || undefined };
  }

  open(task: Flex.ITask): void {
    this.flex.Actions.invokeAction('ShowDirectory', { task }).catch(() => undefined);
  }

  /** Forgets what was chosen for a chat, and closes the directory unless it is another chat's by now. */
  done(taskSid: string): void {
    this.choices.delete(taskSid);
    this.notes.delete(taskSid);
    if (this.isOpenFor(taskSid)) this.flex.Actions.invokeAction('HideDirectory').catch(() => undefined);
  }

  private isOpenFor(taskSid: string): boolean {
    const { view, worker } = this.manager.store.getState().flex;
    return view.isDirectoryOpen === true && worker.tasks.get(view.selectedTaskSid ?? '')?.taskSid === taskSid;
  }

  private isOurs({ task }: WithTask): boolean {
    return task !== undefined && isMessaging(this.flex, task);
  }

  private choice(): JSX.Element {
    const { read, targets, choices } = this;
    return <HandOverChoice key="chat-transfer-hand-over" read={read} targets={targets} chosen={choices} />;
  }

  /** Between Flex's header and its tabs, where it holds for all of them; Flex's own transfers would not heed it. */
  private addChoice(): void {
    const shown = (props: WithTask & { isOpen?: boolean }) =>
      props.isOpen === true &&
      this.isOurs(props) &&
      props.task !== undefined &&
      isConversation(props.task) &&
      !this.native();
    const { Content } = this.flex.WorkerDirectory;
    Content.add(this.choice(), { sortOrder: 0.5, if: shown });
    Content.add(<NoteField key="chat-transfer-note" read={this.read} notes={this.notes} />, {
      sortOrder: 0.6,
      if: (props: WithTask & { isOpen?: boolean }) => props.isOpen === true && this.isOurs(props) && !this.native(),
    });
  }

  private addTabs(): void {
    const { Content } = this.flex.WorkerDirectory.Tabs;
    const [Queues, Workflows] = [this.tab('Queues'), this.tab('Workflows')];
    const queuesAreOurs = (props: WithTask) => this.isOurs(props) && !this.native();
    // The native tab knows nothing of what the stack routes to; its filter is not told whether the task is a call.
    Content.remove('queues', { if: queuesAreOurs });
    Content.add(<Queues key="chat-transfer-queues" label={this.label('ChatTransferQueues')} />, {
      sortOrder: 1,
      if: queuesAreOurs,
    });
    Content.add(<Workflows key="chat-transfer-workflows" label={this.label('ChatTransferWorkflows')} />, {
      sortOrder: 2,
      if: (props: WithTask) => this.isOurs(props),
    });
  }

  /** Flex reads a tab's label from the element itself, so the text is read by a component in it. */
  private label(key: StringKey): JSX.Element {
    const Words = () => <>{this.read(key)}</>;
    return <Words />;
  }

  private tab(kind: Kind) {
    const { Tab, Actions } = this.flex;
    const transferFrom = (task: Flex.ITask) => (targetSid: string) => {
      // A failure has been shown by the action itself.
      Actions.invokeAction('TransferTask', { task, targetSid, options: { mode: 'COLD' } }).catch(() => undefined);
    };
    const list = ({ task, label }: WithTask & { label: JSX.Element }) => (
      <Tab label={label} uniqueName={`chat-transfer-${kind}`}>
        {task && (
          <>
            {this.native() && isConversation(task) && React.cloneElement(this.choice(), { task })}
            <TargetList
              kind={kind}
              taskSid={task.taskSid}
              read={this.read}
              ongoing={this.ongoing}
              targets={this.targets}
              onTransfer={transferFrom(task)}
            />
          </>
        )}
      </Tab>
    );
    return list;
  }

  /** Where warm transfers of calls are on, Flex has a button for them at each agent, which does nothing for chats. */
  private hideConsult(): void {
    const { Content } = this.flex.WorkerDirectory;
    const wrap = (Original: React.ComponentType<object>) => {
      const WithoutConsult = (props: WithTask & { isWarmTransferEnabled?: boolean }) => {
        const warm = { isWarmTransferEnabled: props.isWarmTransferEnabled === true && !this.isOurs(props) };
        return <Original {...props} {...warm} />;
      };
      return WithoutConsult;
    };
    Content.addWrapper(wrap as Parameters<typeof Content.addWrapper>[0]);
  }

  private keepFocus(): void {
    const isOpen = () => this.manager.store.getState().flex.view.isDirectoryOpen === true;
    let wasOpen = isOpen();
    this.manager.store.subscribe(() => {
      if (wasOpen && !isOpen()) rescueFocus();
      wasOpen = isOpen();
    });
  }
}
