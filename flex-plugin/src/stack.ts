/** Where the stack is, and what it can do as far as that is known without asking it. */
import type { HandOver } from './transfer';

export interface Stack {
  /** The stack's output `endpoint`. */
  base: string;
  /** When it can hand over, the default first; undefined: it has to be asked. */
  handOver?: HandOver[] | undefined;
}

const isHandOver = (value: unknown): value is HandOver => ['now', 'accepted', 'warm'].includes(value as string);

/**
 * What Flex's configuration says, then what the build says; undefined where neither names a stack.
 *
 * `configured` is `ui_attributes.flexChatTransfer`, which differs between environments while the bundle stays the same.
 */
export function stackOf(configured: unknown, built: string | undefined): Stack | undefined {
  const { endpoint, handOver } = (typeof configured === 'object' && configured ? configured : {}) as Record<
    string,
    unknown
  >;
  if (typeof endpoint !== 'string' || !/^https?:\/\/./.test(endpoint)) return built ? { base: built } : undefined;
  const known = Array.isArray(handOver) && handOver.length > 0 && handOver.every(isHandOver);
  return { base: endpoint, handOver: known ? handOver : undefined };
}

/** An agent can only be asked first where the stack has an events queue. */
export const canAsk = ({ handOver }: Stack): boolean => handOver?.some((one) => one !== 'now') ?? true;
