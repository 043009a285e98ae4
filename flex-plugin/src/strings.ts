/**
 * All that agents read. An administrator overrides a string by its key, as any of Flex's own:
 * `manager.strings.ChatTransferDone = …`, before or after this plugin is loaded.
 * https://www.twilio.com/docs/flex/developer/ui/localization-and-templating
 */
import type { Code } from './transfer';

const PROBLEMS: Record<Code, string> = {
  agent_not_in_conversation: 'You are not in this conversation any more, so it cannot be transferred.',
  already_accepted: 'Another agent has accepted the chat already.',
  attributes_too_large: 'This chat carries too much data to be transferred. Tell your administrator.',
  body_too_large: 'The transfer was refused. Tell your administrator.',
  cannot_take_back: 'The chat cannot be taken back at the moment. Try again in a minute.',
  cancelled: 'The transfer was interrupted. Check whether you still have the chat before you try again.',
  events_not_queued: 'The transfer service does not work at the moment. Try again in a minute.',
  events_unauthorized: 'The transfer was refused. Tell your administrator.',
  hand_over_off: 'Chats can only be handed over at once. Choose “Hand over now”.',
  interaction_gone: 'This conversation does not exist any more.',
  internal_error: 'The transfer failed because of an error in the transfer service. Tell your administrator.',
  invalid_request: 'The transfer was refused. Tell your administrator.',
  invite_open: 'This conversation already waits for another agent.',
  ledger_unavailable: 'The transfer service does not work at the moment. Try again in a minute.',
  malformed_body: 'The transfer was refused. Tell your administrator.',
  no_answer: 'The transfer service did not answer. You can transfer to the same target again.',
  not_http: 'The transfer was refused. Tell your administrator.',
  not_understood: 'The transfer service gave no usable answer. You can transfer to the same target again.',
  not_your_task: 'You can only transfer your own chats.',
  offer_unknown: 'This chat is not offered to another agent.',
  out_of_time: 'Twilio is slow at the moment. You can transfer to the same target again.',
  route_unknown: 'The transfer was refused. Tell your administrator.',
  target_declined: 'The target did not take the chat. Choose another one.',
  target_holds_task: 'This agent has the chat already.',
  target_in_conversation: 'This agent is in the conversation already.',
  target_not_routed: 'Chats cannot be transferred to this target. Choose another one.',
  target_unknown: 'This target does not exist any more. Choose another one.',
  task_ended: 'This chat has ended.',
  task_kind_unsupported: 'Tasks of this kind cannot be transferred.',
  task_not_transferable: 'This chat cannot be transferred in its present state.',
  task_unknown: 'This chat does not exist any more.',
  token_invalid: 'Your session has expired. Sign in again.',
  token_missing: 'Your session has expired. Sign in again.',
  transfer_in_progress: 'This chat is being transferred already.',
  transfer_not_finished: 'The transfer has begun but is not finished. Transfer to the same target again.',
  transferred_elsewhere: 'This chat was already transferred to another target.',
  turned_away: 'Too many transfers at the moment. Try again in a minute.',
  twilio_credentials: 'The transfer service is not allowed to use Twilio. Tell your administrator.',
  twilio_failed: 'Twilio does not work at the moment. Try again in a minute.',
  twilio_rate_limited: 'Twilio is busy at the moment. Try again in a minute.',
  twilio_refused: 'Twilio refused the transfer. Tell your administrator.',
  unsupported_media_type: 'The transfer was refused. Tell your administrator.',
};

const OTHERS = {
  ChatTransferButton: 'Transfer',
  ChatTransferDone: 'The chat was transferred.',
  ChatTransferSlow: 'The transfer takes longer than usual. Please wait.',
  // What stands around each notification's text.
  ChatTransferNotification: '{{text}}',
  ChatTransferHandOver: 'When to hand over',
  ChatTransferHandOver_now: 'Hand over now',
  ChatTransferHandOver_accepted: 'Hand over when accepted',
  ChatTransferOffered: 'Offered to {{name}}, waiting',
  ChatTransferTakeBack: 'Take back',
  ChatTransferAccepted: 'The chat that you offered to {{name}} was accepted.',
  ChatTransferDeclined: 'No agent accepted the chat that you offered to {{name}}. You still have it.',
  ChatTransferCancelled: 'The chat is not offered to {{name}} any more. You still have it.',
  ChatTransferAnotherAgent: 'another agent',
  ChatTransferRejoin: 'You are not in the chat any more: join it again before you write.',
  ChatTransferSameAgain: 'Something of the transfer remains: transfer to the same target again.',
  ChatTransferWorkflows: 'Workflows',
  ChatTransferWorkflowsSearch: 'Search workflows',
  ChatTransferWorkflowsLoading: 'Loading workflows',
  ChatTransferWorkflowsEmpty: 'There are no workflows to transfer to.',
  ChatTransferWorkflowsFailed: 'The workflows could not be loaded.',
  ChatTransferQueues: 'Queues',
  ChatTransferQueuesSearch: 'Search queues',
  ChatTransferQueuesLoading: 'Loading queues',
  ChatTransferQueuesEmpty: 'There are no queues to transfer to.',
  ChatTransferQueuesFailed: 'The queues could not be loaded.',
  ChatTransferAvailable: 'Available agents: {{count}}',
  ChatTransferNothingFound: 'Nothing has this in its name.',
  ChatTransferTryAgain: 'Try again',
  ChatTransferTo: 'Transfer to {{name}}',
};

export type StringKey = keyof typeof OTHERS | `ChatTransferProblem_${Code}`;

export const STRINGS = {
  ...OTHERS,
  ...Object.fromEntries(Object.entries(PROBLEMS).map(([code, text]) => [`ChatTransferProblem_${code}`, text])),
} as Record<StringKey, string>;

/** Strings of the manager, ours where it has none: `strings[key]` at each use, so that overriding works at any time. */
export function reader(manager: { strings: object }): (key: StringKey) => string {
  return (key) => {
    const value = (manager.strings as Record<string, unknown>)[key];
    return typeof value === 'string' ? value : STRINGS[key];
  };
}
