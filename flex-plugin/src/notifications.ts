/**
 * What agents see of a transfer.
 * https://www.twilio.com/docs/flex/developer/ui/work-with-notifications
 */
import type * as Flex from '@twilio/flex-ui';

import type { StringKey } from './strings';
import { TransferError, type Problem } from './transfer';

const KINDS = {
  ChatTransferDone: { type: 'success', timeout: 5_000 },
  ChatTransferSlow: { type: 'information', timeout: 0 },
  ChatTransferFailed: { type: 'error', timeout: 0 },
  ChatTransferOffered: { type: 'information', timeout: 5_000 },
  // An offer may end while the agent looks elsewhere, so these stay until they are closed.
  ChatTransferAccepted: { type: 'success', timeout: 0 },
  ChatTransferDeclined: { type: 'warning', timeout: 0 },
  ChatTransferCancelled: { type: 'information', timeout: 5_000 },
} as const;

export type NotificationId = keyof typeof KINDS;

export class Notifier {
  constructor(
    private readonly flex: typeof Flex,
    private readonly read: (key: StringKey) => string | undefined,
  ) {
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

  /** Shows the string that has the notification's name, with the name of a target in it. */
  show(id: Exclude<NotificationId, 'ChatTransferFailed'>, target?: string): void {
    this.display(id, named(this.read(id) ?? '', target ?? this.read('ChatTransferAnotherAgent')));
  }

  /** Shows what a failure means, and what to do where that does not follow. Other errors are defects: not for agents. */
  failed(error: unknown): void {
    if (!(error instanceof TransferError)) return;
    // A stack that is newer than the plugin may have codes of which it knows nothing.
    const problem = this.read(`ChatTransferProblem_${error.code}`) ?? error.message;
    const advice = adviceOn(error.problem);
    this.display('ChatTransferFailed', advice ? `${problem} ${this.read(advice)}` : problem);
  }

  dismiss(...ids: NotificationId[]): void {
    ids.forEach((id) => this.flex.Notifications.dismissNotificationById(id));
  }

  private display(id: NotificationId, text: string): void {
    this.flex.Notifications.showNotification(id, { text });
  }
}

function adviceOn({ agentRejoined, rolledBack }: Partial<Problem>): StringKey | false {
  return agentRejoined === false ? 'ChatTransferRejoin' : rolledBack === false && 'ChatTransferSameAgain';
}

export const named = (text: string, name = '') => text.replace('{{name}}', () => name);
