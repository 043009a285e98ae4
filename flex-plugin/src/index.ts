import { loadPlugin } from '@twilio/flex-plugin';

import ChatTransferPlugin from './ChatTransferPlugin';

loadPlugin(ChatTransferPlugin);
