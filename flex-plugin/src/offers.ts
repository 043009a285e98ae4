/** The offers of the agent's own chats: followed together, by one request, until each has ended. */
import { isOpen, pauseBefore, stepAfter, type Asked, type Outcome } from './following';
import { TransferError, type Client, type Code, type Offer } from './transfer';
import { Watched } from './watched';

/** What an agent's desk has to do with offers. */
export interface Desk {
  holds: (taskSid: string) => boolean;
  inView: (taskSid: string) => boolean;
  hidden: () => boolean;
  nameOf: (targetSid: string) => Promise<string | undefined>;
  /** Tells the agent how an offer ended; `bySid` is the agent who took the chat, if that is known. */
  ended: (taskSid: string, state: Outcome, offer: ShownOffer, bySid?: string) => void;
  /** Tells the agent who has joined. */
  joined: (taskSid: string, bySid: string) => void;
  /** The new tasks of declined offers that the agent has seen: kept while the browser's tab lives. */
  dismissed: Set<string>;
}

export interface ShownOffer extends Asked {
  /** When it began, in milliseconds. */
  readonly since: number;
  /** The agent who has joined, if one has. */
  readonly bySid?: string | undefined;
  /** Of who has joined or is asked: not before it was looked up, and not if it is unknown. */
  readonly name?: string | undefined;
}

const GONE: readonly Code[] = ['offer_unknown', 'task_unknown', 'not_your_task'];

export class Offers extends Watched {
  private readonly asked = new Map<string, ShownOffer>();
  /** The new tasks of offers whose end is known: a look that began before has them still. */
  private readonly over = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private looking = false;
  private lastLook = -Infinity;
  private failures = 0;
  private retryAfter = 0;
  /** Whether the stack still has to be asked what was offered before the page was loaded. */
  private unread = false;

  constructor(
    private readonly client: Client,
    private readonly desk: Desk,
  ) {
    super();
  }

  get(taskSid: string): ShownOffer | undefined {
    return this.asked.get(taskSid);
  }

  isOpen(taskSid: string): boolean {
    return isOpen(this.asked.get(taskSid)?.state);
  }

  /** Finds what was offered before the page was loaded. */
  findEarlier(): void {
    this.unread = true;
    void this.look();
  }

  /** An offer that was made here. */
  begin(taskSid: string, targetSid: string, newTaskSid: string): void {
    // The same request again, after someone has joined.
    if (this.asked.get(taskSid)?.newTaskSid === newTaskSid && this.isOpen(taskSid)) return;
    this.put(taskSid, { targetSid, newTaskSid, state: 'offered' }, Date.now());
    this.plan();
  }

  /** The offer of a task has ended, or its end has been seen: shows it no more, whatever is listed a moment longer. */
  drop(taskSid: string): void {
    const offer = this.asked.get(taskSid);
    if (!offer) return;
    if (offer.state === 'declined') this.desk.dismissed.add(offer.newTaskSid);
    this.over.add(offer.newTaskSid);
    this.forget(taskSid);
  }

  /** Asks no one any more, or sends the agent away who has joined. */
  takeBack(taskSid: string): Promise<void> {
    return this.endBy(taskSid, () => this.client.takeBack(taskSid));
  }

  /** Leaves the chat to the agent who has joined. */
  leave(taskSid: string): Promise<void> {
    return this.endBy(taskSid, () => this.client.leave(taskSid));
  }

  private async endBy(taskSid: string, request: () => Promise<Offer>): Promise<void> {
    const offer = this.asked.get(taskSid);
    try {
      const ended = await request();
      if (offer && this.asked.get(taskSid)?.newTaskSid === offer.newTaskSid) this.end(taskSid, ended);
    } catch (error) {
      if (error instanceof TransferError && GONE.includes(error.code)) this.drop(taskSid);
      // It was accepted, perhaps: how it ended is known at the next look.
      else void this.look();
      throw error;
    }
  }

  /** To be called when the list of tasks, the selected one or the visibility of the page has changed. */
  plan(): void {
    clearTimeout(this.timer);
    const open = [...this.asked].filter(([, { state }]) => isOpen(state));
    if (open.length === 0 && !this.unread) return;
    const now = Date.now();
    const pause = pauseBefore({
      hidden: this.desk.hidden(),
      close: open.some(([taskSid]) => this.desk.inView(taskSid) || !this.desk.holds(taskSid)),
      age: Math.min(...open.map(([, { since }]) => now - since), 60_000),
      failures: this.failures,
      retryAfter: this.retryAfter,
    });
    const latest = Math.max(this.lastLook, ...open.map(([, { known }]) => known));
    this.timer = setTimeout(() => void this.look(), Math.max(0, latest + pause - now));
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    clearTimeout(this.timer);
    this.looking = true;
    this.lastLook = Date.now();
    try {
      const listed = await this.client.listOffers();
      this.unread = false;
      this.failures = this.retryAfter = 0;
      this.compare(listed, this.lastLook);
    } catch (error) {
      this.failures += 1;
      this.retryAfter = error instanceof TransferError ? (error.retryAfter ?? 0) : 0;
      // A stack that is older than the plugin has no such list.
      if (error instanceof TransferError && error.problem.status === 404) this.unread = false;
    } finally {
      this.looking = false;
      this.plan();
    }
  }

  private compare(listed: Offer[], began: number): void {
    // They come in the order in which they began, so the last one of a task is the one that counts.
    const latest = new Map(listed.map((offer) => [offer.taskSid, offer]));
    for (const taskSid of new Set([...this.asked.keys(), ...latest.keys()])) {
      const asked = this.asked.get(taskSid);
      const offer = latest.get(taskSid);
      const { newTaskSid = '' } = offer ?? {};
      const seen = this.over.has(newTaskSid) || this.desk.dismissed.has(newTaskSid);
      const look = { began, held: this.desk.holds(taskSid), seen };
      const step = stepAfter(asked, offer, look);
      if (step === 'missed' && asked) this.asked.set(taskSid, { ...asked, missed: asked.missed + 1 });
      if (step === 'drop') this.forget(taskSid);
      if (step === 'end' && offer) this.end(taskSid, offer);
      if ((step === 'follow' || step === 'show declined') && offer) {
        const { targetSid, acceptedBySid: bySid } = offer;
        const state = step === 'follow' && isOpen(offer.state) ? offer.state : 'declined';
        this.put(taskSid, { targetSid, newTaskSid, state, bySid }, Date.parse(offer.since));
        if (state === 'joined' && asked) this.desk.joined(taskSid, bySid ?? targetSid);
      }
    }
  }

  private put(taskSid: string, offer: Omit<ShownOffer, 'known' | 'missed' | 'since' | 'name'>, since: number): void {
    const known = Date.now();
    // The server's clock may be ahead of this one.
    const shown: ShownOffer = { ...offer, known, missed: 0, since: Math.min(since, known) || known };
    this.asked.set(taskSid, shown);
    this.tell();
    void this.desk.nameOf(offer.bySid ?? offer.targetSid).then((name) => {
      const now = this.asked.get(taskSid);
      if (now?.newTaskSid !== offer.newTaskSid || now.bySid !== offer.bySid) return;
      this.asked.set(taskSid, { ...now, name });
      this.tell();
    });
  }

  private forget(taskSid: string): void {
    if (this.asked.delete(taskSid)) this.tell();
  }

  private end(taskSid: string, { state, acceptedBySid }: Offer): void {
    const offer = this.asked.get(taskSid);
    if (!offer || isOpen(state)) return;
    this.over.add(offer.newTaskSid);
    if (state === 'declined' && this.desk.holds(taskSid))
      this.asked.set(taskSid, { ...offer, state, known: Date.now() });
    else this.asked.delete(taskSid);
    this.tell();
    this.desk.ended(taskSid, state, offer, acceptedBySid);
  }
}
