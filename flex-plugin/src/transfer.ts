/**
 * The client of the stack's HTTP API. It knows nothing of Flex, so it runs in plain Node too.
 *
 * What is sent again and what is not follows from the API's two promises: the same request again answers with the
 * same new task, and `rolledBack: false` asks for the same request again.
 */
import type { components } from './openapi';

/** A stack that is older than the plugin leaves some of it out. */
export type Problem = Omit<components['schemas']['Problem'], 'requestId'> & { requestId?: string };
type Listed = components['responses']['Targets']['content']['application/json'];
export type Workflow = Listed['workflows'][number];
export type Queue = Omit<Listed['queues'][number], 'availableAgents'> & { availableAgents?: number | null };
export type Agent = components['schemas']['Agent'];
export type Targets = Omit<Listed, 'queues' | 'agents'> & { queues: Queue[]; agents?: Agent[] };
export type HandOver = components['schemas']['HandOver'];
type Listing = components['schemas']['Offer'];
/** A transfer at once that is still `running` is none: its agent waits for the answer. */
export type Offer = Listing & { newTaskSid: string; state: Exclude<Listing['state'], 'running'> };

/** The new task of a transfer; with a state where the original's agent keeps it until it is accepted. */
export interface Transferred {
  taskSid: string;
  state?: 'offered' | 'joined';
}

export interface TransferOptions {
  /** What the stack does by itself, where it is left out. */
  handOver?: HandOver | undefined;
  /** What the task's attributes say of the interaction: hints that save the stack a round trip to Twilio. */
  interaction?: Interaction | undefined;
  /** For the next agent. */
  note?: string | undefined;
  /** What the new task is to have besides the original's attributes, and its priority. */
  attributes?: Record<string, unknown> | undefined;
  priority?: number | undefined;
  signal?: AbortSignal;
}

export interface Interaction {
  flexInteractionSid?: string | undefined;
  flexInteractionChannelSid?: string | undefined;
}

/** What only this side can say: no answer, API Gateway's own answers, an answer that is none, and the end of waiting. */
export type ClientCode = 'no_answer' | 'turned_away' | 'not_understood' | 'cancelled';
export type Code = Problem['code'] | ClientCode;

/** A transfer or a list that was not had; `code` tells programs why. */
export class TransferError extends Error {
  constructor(
    readonly code: Code,
    detail: string,
    /** What else the answer says: `status`, `rolledBack`, `agentRejoined`. */
    readonly problem: Partial<Problem> = {},
    /** The ID that the functions' logs have the request by. */
    readonly requestId: string | null = null,
    /** Milliseconds that the answer asks to wait, if it does. */
    readonly retryAfter: number | null = null,
  ) {
    super(detail);
    this.name = 'TransferError';
  }
}

export interface ClientOptions {
  /** The stack's output `endpoint`. */
  base: string;
  /** Read at each call, because Flex renews tokens. */
  token: () => string;
  /** Milliseconds after which nothing is sent again. */
  patience?: number;
  /** Milliseconds that one answer may take: API Gateway itself gives up after 30 s. */
  answerWithin?: number;
  /** Milliseconds before the first repetition; each further one doubles it. */
  pause?: number;
  fetch?: typeof fetch;
}

export interface Client {
  /** Transfer a task, or offer it; rejects with a `TransferError`. */
  transfer(taskSid: string, targetSid: string, options?: TransferOptions): Promise<Transferred>;
  /** The caller's own offers: the open ones, and those that ended in the last minutes. Tried once: who asks again decides when. */
  listOffers(signal?: AbortSignal): Promise<Offer[]>;
  /** Take the offer of a task back; resolves to its state, which is another one where it had ended already. */
  takeBack(taskSid: string, signal?: AbortSignal): Promise<Offer>;
  /** Leave the customer to the agent who has joined. */
  leave(taskSid: string, signal?: AbortSignal): Promise<Offer>;
  /** Workflows, and the queues that the stack routes to: for a task with the agents who could be offered it. */
  listTargets(taskSid?: string, signal?: AbortSignal): Promise<Targets>;
}

interface Answer {
  error: TransferError;
  /** `lost`: at most a few times; `busy`: until patience ends; `final`: never. */
  again: 'lost' | 'busy' | 'final';
}

/** How often something is asked at most. */
const TRIES = 4;
const LONGEST_PAUSE = 4_000;
const JSON_BODY = { 'Content-Type': 'application/json' };

export function createClient(options: ClientOptions): Client {
  const { base, token, patience = 45_000, answerWithin = 32_000, pause = 500 } = options;
  const address = base.replace(/\/+$/, '');

  async function call<T>(
    path: string,
    init: RequestInit,
    read: (body: unknown) => T | null,
    signal?: AbortSignal,
    most = TRIES,
  ) {
    const deadline = Date.now() + patience;
    for (let tries = 1; ; tries += 1) {
      if (signal?.aborted) throw cancelled();
      const time = AbortSignal.timeout(Math.max(1, Math.min(answerWithin, deadline - Date.now())));
      const stop = new AbortController();
      const abort = () => stop.abort();
      time.addEventListener('abort', abort);
      signal?.addEventListener('abort', abort);
      const outcome = await attempt(path, { ...init, signal: stop.signal }, read).finally(() => {
        time.removeEventListener('abort', abort);
        signal?.removeEventListener('abort', abort);
      });
      if (signal?.aborted) throw cancelled();
      if ('value' in outcome) return outcome.value;
      const wait = outcome.error.retryAfter ?? Math.min(LONGEST_PAUSE, pause * 2 ** (tries - 1));
      const hopeless = outcome.again === 'final' || (outcome.again === 'lost' && tries >= most);
      if (hopeless || Date.now() + wait >= deadline) throw outcome.error;
      await sleep(wait, signal);
    }
  }

  async function attempt<T>(path: string, init: RequestInit, read: (body: unknown) => T | null) {
    let response: Response;
    let text: string;
    try {
      const headers = { ...init.headers, Authorization: `Bearer ${token()}` };
      response = await (options.fetch ?? fetch)(address + path, { ...init, headers });
      text = await response.text();
    } catch {
      return { error: new TransferError('no_answer', 'No answer came.'), again: 'lost' } as Answer;
    }
    const body = parse(text);
    const value = response.ok ? read(body) : null;
    return value === null ? refusal(response, body) : { value };
  }

  return {
    transfer: (taskSid, targetSid, { interaction, signal, ...asked } = {}) =>
      call(
        '/transfer-chat',
        {
          method: 'POST',
          headers: JSON_BODY,
          body: JSON.stringify({ taskSid, targetSid, ...asked, ...interaction }),
        },
        (body) => (isObject(body) && typeof body.taskSid === 'string' ? (body as unknown as Transferred) : null),
        signal,
      ),
    listOffers: (signal) =>
      call('/transfers', {}, (body) => (isObject(body) ? offers(body.transfers) : null), signal, 1),
    takeBack: (taskSid, signal) => call(`/transfers/${taskSid}`, { method: 'DELETE' }, offer, signal),
    leave: (taskSid, signal) =>
      call(`/transfers/${taskSid}`, { method: 'POST', headers: JSON_BODY, body: '{"end":"leave"}' }, offer, signal),
    listTargets: (taskSid, signal) =>
      call(
        taskSid ? `/transfer-targets?taskSid=${encodeURIComponent(taskSid)}` : '/transfer-targets',
        {},
        (body) => {
          if (!isObject(body)) return null;
          const [workflows, queues] = [list<Workflow>(body.workflows), list<Queue>(body.queues)];
          // A stack that is older than the plugin hands over at once.
          const handOver: HandOver[] = Array.isArray(body.handOver) ? body.handOver : ['now'];
          const agents = list<Agent>(body.agents) ?? [];
          return workflows && queues && { workflows, queues, agents, handOver };
        },
        signal,
      ),
  };
}

/** What an answer other than a success means, and whether the same request again can help. */
function refusal(response: Response, body: unknown): Answer {
  const requestId = response.headers.get('apigw-requestid');
  const retryAfter = seconds(response.headers.get('retry-after'));
  const { status } = response;
  if (!isProblem(body)) {
    // API Gateway's own: 429 above the throttle, 5xx where a function gave no answer.
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html
    const code = status === 429 ? 'turned_away' : 'not_understood';
    const said = isObject(body) && typeof body.message === 'string' ? body.message : `Status ${status}`;
    const again = status < 300 || status === 429 || status >= 500 ? 'lost' : 'final';
    return { error: new TransferError(code, said, { status }, requestId, retryAfter), again };
  }
  const error = new TransferError(body.code, body.detail, body, body.requestId ?? requestId, retryAfter);
  if (body.code === 'transfer_in_progress') return { error, again: 'busy' };
  const passing = status === 503 || status === 504 || body.code === 'ledger_unavailable';
  return { error, again: passing || body.rolledBack === false ? 'lost' : 'final' };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isProblem(body: unknown): body is Problem {
  return isObject(body) && typeof body.code === 'string' && typeof body.detail === 'string';
}

function offer(body: unknown): Offer | null {
  const members = ['newTaskSid', 'targetSid', 'state'];
  return isObject(body) && members.every((name) => typeof body[name] === 'string') ? (body as unknown as Offer) : null;
}

function offers(value: unknown): Offer[] | null {
  if (!Array.isArray(value)) return null;
  const listed = value.filter((item) => !isObject(item) || item.state !== 'running');
  return listed.every((item) => offer(item) && typeof item.taskSid === 'string') ? listed : null;
}

function list<T extends Workflow>(value: unknown): T[] | null {
  const named = (item: unknown) =>
    isObject(item) && typeof item.sid === 'string' && typeof item.friendlyName === 'string';
  return Array.isArray(value) && value.every(named) ? (value as T[]) : null;
}

function seconds(header: string | null): number | null {
  return header !== null && /^\d+$/.test(header) ? Number(header) * 1_000 : null;
}

function cancelled(): TransferError {
  return new TransferError('cancelled', 'Cancelled before there was an answer.');
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    const stop = () => {
      clearTimeout(timer);
      reject(cancelled());
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
}
