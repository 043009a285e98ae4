/** The part of the API that offers tasks, as `docs/openapi.yaml` has it, scripted so that a test decides what becomes of an offer. */
import type { HandOver, Interaction, Offer } from '../src/transfer';
import type { Answer } from './wire';

const ALLOW = {
  'access-control-allow-methods': 'DELETE,GET,POST',
  'access-control-allow-headers': 'authorization,content-type',
};

export class Offering {
  readonly offers = new Map<string, Offer>();
  readonly asked: ({ taskSid: string; targetSid: string; handOver?: HandOver } & Interaction)[] = [];
  private made = 0;
  /** What a request to take back is answered with, where it is not carried out. */
  refusal: Answer | undefined;
  /** What looks at offers are answered with, where they tell nothing. */
  silence: Answer | undefined;

  /** Offers a task, as a request does that came from elsewhere. */
  offer(taskSid: string, targetSid: string): Offer {
    const made: Offer = {
      taskSid,
      newTaskSid: `WT${String((this.made += 1)).padStart(32, 'f')}`,
      targetSid,
      state: 'offered',
      since: new Date().toISOString(),
    };
    this.offers.set(taskSid, made);
    return made;
  }

  become(taskSid: string, state: Offer['state'], acceptedBySid?: string): void {
    const offer = this.offers.get(taskSid);
    if (!offer) throw new Error(`No offer of ${taskSid}`);
    this.offers.set(taskSid, { ...offer, state, acceptedBySid, since: new Date().toISOString() });
  }

  /** What the stack would answer; undefined where the stack itself is to be asked. */
  readonly answer = (method: string, path: string, body: string): Answer | undefined => {
    if (path === '/transfers') {
      if (method === 'OPTIONS') return { status: 204, headers: ALLOW };
      const transfers = [...this.offers.values()].sort((a, b) => a.since.localeCompare(b.since));
      return this.silence ?? { status: 200, body: JSON.stringify({ transfers }) };
    }
    const taskSid = /^\/transfers\/(\w+)$/.exec(path)?.[1];
    if (taskSid !== undefined) {
      if (method === 'OPTIONS') return { status: 204, headers: ALLOW };
      return method === 'POST' ? this.leave(taskSid) : this.takeBack(taskSid);
    }
    if (method !== 'POST' || path !== '/transfer-chat') return undefined;
    const asked = JSON.parse(body) as (typeof this.asked)[number];
    this.asked.push(asked);
    if (asked.handOver !== 'accepted' && asked.handOver !== 'warm') return undefined;
    const { newTaskSid } = this.offer(asked.taskSid, asked.targetSid);
    return { status: 202, body: JSON.stringify({ taskSid: newTaskSid, state: 'offered' }) };
  };

  private leave(taskSid: string): Answer {
    const offer = this.offers.get(taskSid);
    if (offer?.state !== 'joined') return problem('not_joined', 409);
    this.become(taskSid, 'accepted', offer.acceptedBySid);
    return { status: 200, body: JSON.stringify(this.offers.get(taskSid)) };
  }

  private takeBack(taskSid: string): Answer {
    const offer = this.offers.get(taskSid);
    if (!offer) return problem('offer_unknown', 404);
    if (this.refusal) return this.refusal;
    if (offer.state === 'accepted') return problem('already_accepted', 409);
    if (offer.state === 'offered' || offer.state === 'joined') this.become(taskSid, 'cancelled');
    return { status: 200, body: JSON.stringify(this.offers.get(taskSid)) };
  }
}

export const problem = (code: string, status = 502, more: object = {}): Answer => ({
  status,
  body: JSON.stringify({ type: 'about:blank', title: 'Problem', status, code, detail: 'Said by the server.', ...more }),
});
