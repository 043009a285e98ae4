/**
 * What agents see of a transfer: of each chat what was said last, always with the customer's name.
 * https://www.twilio.com/docs/flex/developer/ui/work-with-notifications
 */
import type * as Flex from '@twilio/flex-ui';

import { customerOf } from './customers';
import type { Read, StringKey, Values } from './strings';
import { TransferError, type Code, type Problem } from './transfer';

const KINDS = {
  ChatTransferDone: { type: 'success', timeout: 5_000 },
  ChatTransferSlow: { type: 'information', timeout: 0 },
  ChatTransferFailed: { type: 'error', timeout: 0 },
  ChatTransferHeld: { type: 'warning', timeout: 8_000 },
  ChatTransferAsked: { type: 'information', timeout: 5_000 },
  ChatTransferJoined: { type: 'information', timeout: 8_000 },
  // No one may be looking when an offer ends, so these stay until they are closed.
  ChatTransferAccepted: { type: 'success', timeout: 0 },
  ChatTransferDeclined: { type: 'warning', timeout: 0 },
  ChatTransferUnanswered: { type: 'warning', timeout: 0 },
  ChatTransferParted: { type: 'warning', timeout: 0 },
  ChatTransferCancelled: { type: 'information', timeout: 5_000 },
  ChatTransferOff: { type: 'error', timeout: 0 },
} as const;

export type NotificationId = keyof typeof KINDS;

/** The one string that Flex itself has to know: what stands around each text. */
export const TEMPLATE = { ChatTransferNotification: '{{text}}' };

/** Only an administrator can do something about these: they are helped by the request's ID, which the logs have. */
const FOR_ADMINISTRATORS: readonly Code[] = [
  'attributes_too_large',
  'body_too_large',
  'events_unauthorized',
  'internal_error',
  'invalid_request',
  'malformed_body',
  'not_http',
  'not_understood',
  'route_unknown',
  'twilio_credentials',
  'twilio_refused',
  'unsupported_media_type',
];

export class Notifier {
  /** What is shown of a task. */
  private readonly shown = new Map<string, Flex.Notification>();

  constructor(
    private readonly flex: typeof Flex,
    private readonly read: Read,
  ) {
    for (const [id, { type, timeout }] of Object.entries(KINDS)) {
      // Flex compiles a string once; the text comes with each notification, so that it can be read when it is shown.
      flex.Notifications.registerNotification({
        id,
        content: 'ChatTransferNotification',
        type: flex.NotificationType[type],
        timeout,
        closeButton: true,
      });
    }
  }

  /** Shows the string that has the notification's name, instead of what was said of the same chat before. */
  show(id: NotificationId, task: Flex.ITask, values: Values = {}): void {
    this.dismiss(task.taskSid);
    const customer = customerOf(task) ?? this.read('ChatTransferTheCustomer');
    const shown = this.flex.Notifications.showNotification(id, { text: this.read(id, { customer, ...values }) });
    if (shown) this.shown.set(task.taskSid, shown);
  }

  /** Shows what a failure means, and what to do if that does not follow. Other errors are defects: not for agents. */
  failed(error: unknown, task: Flex.ITask): void {
    if (error instanceof TransferError) this.show('ChatTransferFailed', task, { problem: problemIn(error, this.read) });
  }

  /** Tells an administrator that the plugin does nothing. */
  off(): void {
    this.flex.Notifications.showNotification('ChatTransferOff', { text: this.read('ChatTransferOff') });
  }

  dismiss(taskSid: string, id?: NotificationId): void {
    const shown = this.shown.get(taskSid);
    if (!shown || (id && shown.id !== id)) return;
    this.shown.delete(taskSid);
    this.flex.Notifications.dismissNotification(shown);
  }
}

/** The words for a problem, the same wherever it shows. */
export function problemIn(error: TransferError, read: Read): string {
  const known = read(`ChatTransferProblem_${error.code}`);
  const advice = adviceOn(error.problem);
  const { requestId } = error;
  const forLogs = requestId && (!known || FOR_ADMINISTRATORS.includes(error.code));
  return [
    // A stack that is newer than the plugin may have codes of which it knows nothing.
    known || error.message,
    advice && read(advice),
    forLogs && read('ChatTransferReference', { reference: requestId }),
  ]
    .filter(Boolean)
    .join(' ');
}

function adviceOn({ agentRejoined, rolledBack }: Partial<Problem>): StringKey | false {
  return agentRejoined === false ? 'ChatTransferRejoin' : rolledBack === false && 'ChatTransferSameAgain';
}
