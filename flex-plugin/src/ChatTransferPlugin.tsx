import { FlexPlugin } from '@twilio/flex-plugin';
import type * as Flex from '@twilio/flex-ui';
import { CustomizationProvider } from '@twilio-paste/core/customization';
import * as React from 'react';

import { isMessaging, replaceTransferTask } from './action';
import { Asking } from './asking';
import { Directory } from './directory';
import { EndQuestion } from './EndQuestion';
import { guardEnds, Question } from './guard';
import { agentNames } from './names';
import { NoteShown, noteOf } from './Note';
import { Notifier, TEMPLATE } from './notifications';
import { Ongoing } from './ongoing';
import { canAsk, stackOf } from './stack';
import { reader } from './strings';
import { addSupervising } from './supervising';
import { Targets } from './targets';
import { createClient } from './transfer';
import { TransferButton } from './TransferButton';

export default class ChatTransferPlugin extends FlexPlugin {
  constructor() {
    super('FlexChatTransferPlugin');
  }

  init(flex: typeof Flex, manager: Flex.Manager): void {
    const state = () => manager.store.getState().flex;
    manager.strings = { ...TEMPLATE, ...manager.strings };
    const read = reader(manager);
    const notifier = new Notifier(flex, read);
    const stack = stackOf(configured(manager), process.env.FLEX_APP_FUNCTIONS_BASE);
    if (!stack) {
      // Flex is left as it is: a button that can only fail is worse than none.
      console.error('FlexChatTransferPlugin is off: neither Flex’s configuration nor its build names a stack.');
      if (manager.user?.roles?.includes('admin')) notifier.off();
      return;
    }
    const client = createClient({ base: stack.base, token: () => state().session.ssoTokenPayload.token });
    const ongoing = new Ongoing();
    const targets = new Targets(client, () => document.hidden, stack.handOver);
    // If native messaging transfers are on, Flex has a button and queues of its own.
    // https://www.twilio.com/docs/flex/admin-guide/setup/conversations/messaging-transfers
    const native = () => state().featureFlags.transfersConfig?.enabled === true;

    // https://www.twilio.com/docs/flex/developer/ui/use-paste-with-a-plugin
    flex.setProviders({ PasteThemeProvider: CustomizationProvider });
    const directory = new Directory(flex, manager, targets, ongoing, read, native);
    const asking = new Asking(flex, manager, client, ongoing, notifier, targets, read);
    replaceTransferTask(flex, client, ongoing, notifier, {
      chosen: (taskSid) => directory.chosen(taskSid),
      onDone: (task, targetSid, made) => asking.done(task, targetSid, made, directory),
    });
    const question = new Question();
    guardEnds(flex, manager, ongoing, asking.offers, notifier, question);
    flex.MainContainer.Content.add(<EndQuestion key="chat-transfer-end" question={question} read={read} />);
    flex.TaskCanvasHeader.Content.add(
      <TransferButton key="chat-transfer" read={read} ongoing={ongoing} onClick={(task) => directory.open(task)} />,
      {
        sortOrder: 1,
        if: ({ task }) => task !== undefined && isMessaging(flex, task) && task.taskStatus === 'assigned' && !native(),
      },
    );
    flex.TaskCanvas.Content.add(<NoteShown key="chat-transfer-note" read={read} />, {
      sortOrder: 1,
      if: ({ task }) => noteOf(task) !== undefined,
    });
    // Lists of its own: the directory may be open for a chat of the supervisor's.
    addSupervising(
      flex,
      new Targets(client, () => document.hidden, stack.handOver, agentNames(manager)),
      ongoing,
      read,
    );
    if (canAsk(stack)) asking.offers.findEarlier();
  }
}

/**
 * `ui_attributes.flexChatTransfer` of Flex's configuration, of which the account's part is in `serviceConfiguration`
 * and the page's own, which Flex merges with it, in `configuration`.
 * https://www.twilio.com/docs/flex/developer/config/flex-configuration-rest-api
 */
function configured(manager: Flex.Manager): unknown {
  const page = manager.configuration as { flexChatTransfer?: unknown } | undefined;
  const account = manager.serviceConfiguration as { ui_attributes?: { flexChatTransfer?: unknown } } | undefined;
  return page?.flexChatTransfer ?? account?.ui_attributes?.flexChatTransfer;
}
