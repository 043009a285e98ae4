import { FlexPlugin } from '@twilio/flex-plugin';
import type * as Flex from '@twilio/flex-ui';
import { CustomizationProvider } from '@twilio-paste/core/customization';
import * as React from 'react';

import { isMessaging, replaceTransferTask } from './action';
import { addTabs } from './directory';
import { addHandOver } from './handOver';
import { Notifier } from './notifications';
import { Ongoing } from './ongoing';
import { reader, STRINGS } from './strings';
import { createClient } from './transfer';
import { TransferButton } from './TransferButton';

export default class ChatTransferPlugin extends FlexPlugin {
  constructor() {
    super('FlexChatTransferPlugin');
  }

  init(flex: typeof Flex, manager: Flex.Manager): void {
    const base = process.env.FLEX_APP_FUNCTIONS_BASE;
    if (!base) {
      // Flex is left as it is: a button that can only fail is worse than none.
      console.error('FlexChatTransferPlugin is off: FLEX_APP_FUNCTIONS_BASE was empty when it was built.');
      return;
    }
    const state = () => manager.store.getState().flex;
    const client = createClient({ base, token: () => state().session.ssoTokenPayload.token });
    const ongoing = new Ongoing();
    const ours = (task?: Flex.ITask) => task !== undefined && isMessaging(flex, task);
    // Where native messaging transfers are on, Flex has a button and queues of its own.
    // https://www.twilio.com/docs/flex/admin-guide/setup/conversations/messaging-transfers
    const native = () => state().featureFlags.transfersConfig?.enabled === true;

    manager.strings = { ...STRINGS, ...manager.strings };
    const read = reader(manager);

    // https://www.twilio.com/docs/flex/developer/ui/use-paste-with-a-plugin
    flex.setProviders({ PasteThemeProvider: CustomizationProvider });
    const notifier = new Notifier(flex, read);
    const chooser = addHandOver(flex, manager, client, ongoing, notifier, read);
    replaceTransferTask(flex, client, ongoing, notifier, chooser);
    addTabs(flex, client, ongoing, read, { ours, native });
    const open = (task: Flex.ITask) => void flex.Actions.invokeAction('ShowDirectory', { task }).catch(() => undefined);
    flex.TaskCanvasHeader.Content.add(
      <TransferButton key="chat-transfer" label={read('ChatTransferButton')} ongoing={ongoing} onClick={open} />,
      { sortOrder: 1, if: ({ task }) => ours(task) && task?.taskStatus === 'assigned' && !native() },
    );
  }
}
