/** Whose chat a message is about: with several chats an agent cannot tell otherwise. */
import type * as Flex from '@twilio/flex-ui';

/** The name that Flex has above the chat, then what other attributes say; undefined where nothing does. */
export function customerOf(task: Flex.ITask): string | undefined {
  const attributes = (task.attributes ?? {}) as Record<string, unknown>;
  const named = [task.defaultFrom, attributes['customerName'], attributes['name'], attributes['from']];
  return named.find((name): name is string => typeof name === 'string' && name.trim() !== '');
}
