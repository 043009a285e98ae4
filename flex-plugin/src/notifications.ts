/**
 * What agents see of a transfer.
 * https://www.twilio.com/docs/flex/developer/ui/work-with-notifications
 */
import type * as Flex from '@twilio/flex-ui';

import type { StringKey } from './strings';
import { TransferError } from './transfer';

const KINDS = {
  ChatTransferDone: { type: 'success', timeout: 5_000 },
  ChatTransferSlow: { type: 'information', timeout: 0 },
  ChatTransferFailed: { type: 'error', timeout: 0 },
} as const;

export type NotificationId = keyof typeof KINDS;

export function registerNotifications(flex: typeof Flex): void {
  for (const [id, { type, timeout }] of Object.entries(KINDS)) {
    // Flex compiles a string once; the text comes with each notification, so that overriding it works at any time.
    flex.Notifications.registerNotification({
      id,
      content: 'ChatTransferNotification',
      type: flex.NotificationType[type],
      timeout,
      closeButton: true,
    });
  }
}

/** What to say of a failure: the problem in words for agents, then what to do, where that does not follow. */
export function describeFailure(error: TransferError, read: (key: StringKey) => string | undefined): string {
  const { agentRejoined, rolledBack } = error.problem;
  const advice = agentRejoined === false ? 'ChatTransferRejoin' : rolledBack === false && 'ChatTransferSameAgain';
  // A stack that is newer than the plugin may have codes of which it knows nothing.
  const problem = read(`ChatTransferProblem_${error.code}`) ?? error.message;
  return advice ? `${problem} ${read(advice)}` : problem;
}
