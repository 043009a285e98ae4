/** What follows from a look at the stack's offers, and when the next look is due. Decisions alone: nothing is read or shown here. */
import type { Offer } from './transfer';

export type Open = 'offered' | 'joined';
export type Outcome = Exclude<Offer['state'], Open>;

/** Someone is asked, or has joined: both may go on. */
export const isOpen = (state: string | undefined): state is Open => state === 'offered' || state === 'joined';

/** An offer as the agent's page knows it; one that was declined stays until the agent has seen it. */
export interface Asked {
  readonly targetSid: string;
  readonly newTaskSid: string;
  readonly state: Open | 'declined';
  /** When the page learned of it, in milliseconds. */
  readonly known: number;
  /** How many looks in a row found nothing of it, or found its chat gone from the list. */
  readonly missed: number;
}

export interface Look {
  /** When it began: what the page has learned since is newer. */
  began: number;
  /** Whether the chat is in the agent's list. */
  held: boolean;
  /** Whether the end of the listed offer is known already, or was dismissed. */
  seen: boolean;
}

export type Step = 'nothing' | 'follow' | 'show declined' | 'end' | 'missed' | 'drop';

/** The record may come a little later than the end of the chat. */
const MISSES = 3;

/** What to do about one chat, whose offer the page knows, or the stack has listed, or both. */
export function stepAfter(asked: Asked | undefined, listed: Offer | undefined, { began, held, seen }: Look): Step {
  if (asked && asked.known >= began) return 'nothing';
  const another = listed !== undefined && listed.newTaskSid !== asked?.newTaskSid;
  if (!asked || !isOpen(asked.state)) {
    if (asked && !held) return 'drop';
    if (!another || !held || seen) return 'nothing';
    if (isOpen(listed.state)) return 'follow';
    return !asked && listed.state === 'declined' ? 'show declined' : 'nothing';
  }
  // A supervisor has asked someone else.
  if (another && isOpen(listed.state) && held) return 'follow';
  if (!another && listed && !isOpen(listed.state)) return 'end';
  // Who was asked has joined.
  if (!another && listed && held && listed.state !== asked.state) return 'follow';
  if (!another && listed && held) return 'nothing';
  return asked.missed + 1 < MISSES ? 'missed' : 'drop';
}

export interface Watch {
  /** No one sees the page. */
  hidden: boolean;
  /** The chat of an open offer is in view, or has just left the list. */
  close: boolean;
  /** Milliseconds since the latest open offer began. */
  age: number;
  /** Looks that failed since the last one that did not. */
  failures: number;
  /** Milliseconds that the last failure asked to wait. */
  retryAfter: number;
}

/** Milliseconds from one look to the next: what is in view is at most 2 s old, what no one sees a minute. */
export function pauseBefore({ hidden, close, age, failures, retryAfter }: Watch): number {
  const within = (least: number, most: number) => Math.min(most, Math.max(least, age / 5));
  const wanted = hidden ? within(15_000, 60_000) : close ? 2_000 : within(5_000, 15_000);
  const backOff = failures > 0 ? Math.min(60_000, 1_000 * 2 ** failures) : 0;
  return Math.max(wanted, backOff, retryAfter);
}
