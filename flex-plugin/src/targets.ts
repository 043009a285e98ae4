/** What the directory lists: one request when it is opened, for all that is in it, and one now and then while it is open. */
import { TransferError, type Agent, type Client, type HandOver, type Queue, type Targets as Listed } from './transfer';
import { Watched } from './watched';

/** Milliseconds after which the numbers of available agents are read again. */
const REFRESH = 15_000;

export interface Target {
  sid: string;
  friendlyName: string;
  /** Who could take the chat now; undefined if that is not known. */
  available?: number | undefined;
}

export type Shown = 'loading' | TransferError | { queues: Target[]; workflows: Target[]; agents: Target[] };

/** Agents, who can take one chat more or none; those who cannot come last. */
function agentsIn({ agents = [] }: Listed): Target[] {
  const free = ({ available, hasCapacity }: Agent) => available && hasCapacity !== false;
  const targets = agents.map((agent) => ({ ...agent, available: free(agent) ? 1 : 0 }));
  return targets.sort((a, b) => b.available - a.available);
}

const availableIn = ({ availableAgents, availableWorkers }: Queue) => availableAgents ?? availableWorkers ?? undefined;

/**
 * The queues in the order in which they are shown: those in which no one is available come last. Once they are shown
 * nothing moves, because a click could meet another queue than the one that was aimed at.
 */
export function ordered(queues: readonly Queue[], before: readonly Target[] = []): Target[] {
  const places = new Map(before.map(({ sid }, place) => [sid, place]));
  const targets = queues.map((queue) => ({
    sid: queue.sid,
    friendlyName: queue.friendlyName,
    available: availableIn(queue),
  }));
  const last = ({ sid, available }: Target) => (places.has(sid) || available !== 0 ? 0 : 1);
  const placeOf = ({ sid }: Target) => places.get(sid) ?? before.length;
  return targets
    .map((target, index) => ({ target, index }))
    .sort((a, b) => placeOf(a.target) - placeOf(b.target) || last(a.target) - last(b.target) || a.index - b.index)
    .map(({ target }) => target);
}

export class Targets extends Watched {
  shown: Shown = 'loading';
  /** When the stack can hand over, the default first, once that is known. */
  handOver: HandOver[] | undefined;
  private names = new Map<string, string>();
  private users = 0;
  private taskSid = '';
  private closed = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly client: Client,
    private readonly hidden: () => boolean,
    handOver?: HandOver[],
    /** How agents are called; without it as TaskRouter calls them. */
    private readonly agentNames?: (sids: readonly string[]) => Promise<Map<string, string>>,
  ) {
    super();
    this.handOver = handOver;
  }

  /** To be called by each part of the directory while it is there; returns how it says that it is gone. */
  use(taskSid: string): () => void {
    this.users += 1;
    if (this.users === 1 || taskSid !== this.taskSid) this.open(taskSid);
    return () => {
      this.users -= 1;
      // Another tab may take over at once.
      setTimeout(() => this.users === 0 && this.close());
    };
  }

  retry(): void {
    this.open(this.taskSid);
  }

  /** The name of a queue or a workflow. */
  async nameOf(sid: string): Promise<string | undefined> {
    if (!this.names.has(sid)) this.keep(await this.client.listTargets());
    return this.names.get(sid);
  }

  private open(taskSid: string): void {
    this.close();
    this.closed = new AbortController();
    this.taskSid = taskSid;
    this.shown = 'loading';
    this.tell();
    void this.load(this.closed.signal);
  }

  private close(): void {
    clearTimeout(this.timer);
    this.closed.abort();
    this.shown = 'loading';
  }

  private async load(signal: AbortSignal): Promise<void> {
    try {
      const listed = await this.client.listTargets(this.taskSid, signal);
      if (signal.aborted) return;
      this.keep(listed);
      const agents = await this.named(agentsIn(listed));
      if (signal.aborted) return;
      const before = typeof this.shown === 'object' && 'queues' in this.shown ? this.shown.queues : undefined;
      this.shown = { queues: ordered(listed.queues, before), workflows: listed.workflows, agents };
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof TransferError)) throw error;
      // A list that is there is better than none; the next look may succeed.
      if (this.shown === 'loading') this.shown = error;
    }
    this.tell();
    if (!(this.shown instanceof TransferError)) this.planNext(signal);
  }

  private async named(agents: Target[]): Promise<Target[]> {
    const sids = agents.map(({ sid }) => sid);
    const names = sids.length > 0 ? await this.agentNames?.(sids) : undefined;
    return agents.map((agent) => ({ ...agent, friendlyName: names?.get(agent.sid) ?? agent.friendlyName }));
  }

  private planNext(signal: AbortSignal): void {
    this.timer = setTimeout(() => void (this.hidden() ? this.planNext(signal) : this.load(signal)), REFRESH);
  }

  private keep({ queues, workflows, handOver }: Listed): void {
    this.handOver = handOver;
    [...queues, ...workflows].forEach(({ sid, friendlyName }) => this.names.set(sid, friendlyName));
  }
}
