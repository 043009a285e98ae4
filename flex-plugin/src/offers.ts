/** The offers of the agent's own chats: each is followed until it ends or the chat has left the agent's list. */
import { Watched } from './ongoing';
import { TransferError, type Client, type Code, type Offer } from './transfer';

/** What an agent's desk has to do with offers. */
export interface Desk {
  holds: (taskSid: string) => boolean;
  nameOf: (targetSid: string) => Promise<string | undefined>;
  /** Tells the agent how an offer ended. */
  ended: (state: Outcome, name: string | undefined) => void;
}

export type Outcome = Exclude<Offer['state'], 'offered'>;

export interface OpenOffer {
  readonly targetSid: string;
  /** Not before it was looked up, and not where it is unknown. */
  name?: string | undefined;
  /** Ends a pause when the task leaves the list. */
  wake?: (() => void) | undefined;
}

/** How often an offer is looked at after its task has left: what the server records may come a little later. */
const LAST_LOOKS = 3;
const GONE: readonly Code[] = ['offer_unknown', 'task_unknown', 'not_your_task'];
const isGone = (error: unknown) => error instanceof TransferError && GONE.includes(error.code);

/** Milliseconds until an offer of this age is looked at again: 3 s at first, a minute at most, 21 looks in 5 minutes. */
export const pauseAt = (age: number) => Math.min(60_000, Math.max(3_000, age / 5));

export class Offers extends Watched {
  private readonly open = new Map<string, OpenOffer>();

  constructor(
    private readonly client: Client,
    private readonly desk: Desk,
  ) {
    super();
  }

  get(taskSid: string): OpenOffer | undefined {
    return this.open.get(taskSid);
  }

  /** An offer that was made, or found: shows it from now on. */
  begin(taskSid: string, targetSid: string): void {
    const offer: OpenOffer = { targetSid };
    this.open.set(taskSid, offer);
    this.tell();
    void this.desk.nameOf(targetSid).then((name) => {
      offer.name = name;
      this.tell();
    });
    void this.follow(taskSid, offer);
  }

  /** Shows the offer of a task no more. */
  drop(taskSid: string): void {
    if (this.open.delete(taskSid)) this.tell();
  }

  /** Looks whether there is an offer that was made before the page was loaded. */
  async find(taskSid: string): Promise<void> {
    const found = await this.client.readOffer(taskSid).catch(() => undefined);
    if (found?.state === 'offered' && !this.open.has(taskSid)) this.begin(taskSid, found.targetSid);
  }

  async takeBack(taskSid: string): Promise<void> {
    const offer = this.open.get(taskSid);
    try {
      const { state } = await this.client.takeBack(taskSid);
      if (offer) this.settle(taskSid, offer, state);
    } catch (error) {
      if (isGone(error)) this.drop(taskSid);
      else offer?.wake?.();
      throw error;
    }
  }

  /** To be called when the agent's list of tasks has changed. */
  listChanged(): void {
    for (const [taskSid, { wake }] of this.open) if (!this.desk.holds(taskSid)) wake?.();
  }

  private async follow(taskSid: string, offer: OpenOffer): Promise<void> {
    const began = Date.now();
    for (let lastLooks = 0; lastLooks < LAST_LOOKS;) {
      const held = this.desk.holds(taskSid);
      await new Promise<void>((resolve) => {
        setTimeout(resolve, held ? pauseAt(Date.now() - began) : pauseAt(0));
        offer.wake = held ? resolve : undefined;
      });
      if (this.open.get(taskSid) !== offer) return;
      if (!this.desk.holds(taskSid)) lastLooks += 1;
      try {
        const { state, targetSid } = await this.client.readOffer(taskSid);
        if (this.settle(taskSid, offer, state)) return;
        // A supervisor has offered it to another target.
        if (targetSid !== offer.targetSid) return this.begin(taskSid, targetSid);
      } catch (error) {
        if (isGone(error)) break;
      }
    }
    if (this.open.get(taskSid) === offer) this.drop(taskSid);
  }

  /** Whether nothing is left to be looked at. */
  private settle(taskSid: string, offer: OpenOffer, state: Offer['state']): boolean {
    if (this.open.get(taskSid) !== offer) return true;
    if (state === 'offered') return false;
    this.drop(taskSid);
    this.desk.ended(state, offer.name);
    return true;
  }
}
