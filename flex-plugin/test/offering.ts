/** The part of the API that offers tasks, as `docs/openapi.yaml` has it, scripted so that a test decides what becomes of an offer. */
import type { HandOver, Offer } from '../src/transfer';
import type { Answer } from './wire';

const ALLOW = {
  'access-control-allow-methods': 'DELETE,GET,POST',
  'access-control-allow-headers': 'authorization,content-type',
};

export class Offering {
  readonly offers = new Map<string, Offer>();
  readonly asked: { taskSid: string; targetSid: string; handOver?: HandOver }[] = [];
  /** What a request to take back is answered with, where it is not carried out. */
  refusal: Answer | undefined;
  /** What looks at offers are answered with, where they tell nothing. */
  silence: Answer | undefined;

  /** Offers a task, as a request does that came from elsewhere. */
  offer(taskSid: string, targetSid: string): Offer {
    const made: Offer = {
      taskSid,
      newTaskSid: `WT${String(this.asked.length).padStart(32, 'f')}`,
      targetSid,
      state: 'offered',
      since: new Date().toISOString(),
    };
    this.offers.set(taskSid, made);
    return made;
  }

  become(taskSid: string, state: Offer['state']): void {
    const offer = this.offers.get(taskSid);
    if (!offer) throw new Error(`No offer of ${taskSid}`);
    this.offers.set(taskSid, { ...offer, state, since: new Date().toISOString() });
  }

  /** What the stack would answer; undefined where the stack itself is to be asked. */
  readonly answer = (method: string, path: string, body: string): Answer | undefined => {
    const taskSid = /^\/transfers\/(\w+)$/.exec(path)?.[1];
    if (taskSid !== undefined) {
      if (method === 'OPTIONS') return { status: 204, headers: ALLOW };
      return this.answerOn(taskSid, method === 'DELETE');
    }
    if (method !== 'POST' || path !== '/transfer-chat') return undefined;
    const asked = JSON.parse(body) as (typeof this.asked)[number];
    this.asked.push(asked);
    if (asked.handOver !== 'accepted') return undefined;
    const { newTaskSid } = this.offer(asked.taskSid, asked.targetSid);
    return { status: 202, body: JSON.stringify({ taskSid: newTaskSid, state: 'offered' }) };
  };

  private answerOn(taskSid: string, takeBack: boolean): Answer {
    const offer = this.offers.get(taskSid);
    if (!offer) return problem('offer_unknown', 404);
    const other = takeBack ? this.refusal : this.silence;
    if (other) return other;
    if (takeBack && offer.state === 'accepted') return problem('already_accepted', 409);
    if (takeBack && offer.state === 'offered') this.become(taskSid, 'cancelled');
    return { status: 200, body: JSON.stringify(this.offers.get(taskSid)) };
  }
}

export const problem = (code: string, status = 502, more: object = {}): Answer => ({
  status,
  body: JSON.stringify({ type: 'about:blank', title: 'Problem', status, code, detail: 'Said by the server.', ...more }),
});
