/** The local stack, `python -m local up`, as the tests and the playground use it. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = resolve(__dirname, '../..');
const PYTHON = resolve(ROOT, '.venv/bin/python');

export interface Seed {
  account_sid: string;
  auth_token: string;
  workspace_sid: string;
  workers: Record<string, string>;
  queues: Record<string, string>;
  workflows: Record<string, string>;
  tasks: Record<string, string>;
}

/** What the emulated Twilio does wrong; `twilio-emulator/twilio_emulator/faults.py` explains the members. */
export interface Fault {
  kind: 'status' | 'close' | 'silence' | 'latency';
  method?: string;
  path?: string;
  nth?: number;
  times?: number | null;
  status?: number;
  code?: number;
  retry_after?: number;
  seconds?: number;
  takes_effect?: boolean;
}

export interface Task {
  sid: string;
  assignment_status: string;
  task_channel_unique_name: string;
  attributes: Record<string, unknown>;
  workflow_sid: string;
  task_queue_friendly_name: string;
}

export type Kind = 'chat' | 'sms' | 'conversation' | 'sms_conversation';

/** How a task in a state is ended. */
const END: Record<string, 'completed' | 'canceled'> = {
  pending: 'canceled',
  reserved: 'canceled',
  assigned: 'completed',
  wrapping: 'completed',
};

export class Stack {
  constructor(
    readonly endpoint: string,
    readonly twilio: string,
    readonly seed: Seed,
    readonly stop: () => Promise<void>,
  ) {}

  async token(worker: string): Promise<string> {
    return (await this.emulator<{ token: string }>('/tokens', 'POST', { worker })).token;
  }

  /** A task that an agent holds; `customer` is the name of the person it is with. */
  async newTask(kind: Kind = 'conversation', holder = 'ana', customer?: string): Promise<string> {
    const { taskSid } = await this.emulator<{ taskSid: string }>('/tasks', 'POST', { kind, holder });
    if (customer) {
      const { attributes } = await this.task(taskSid);
      const Attributes = JSON.stringify({ ...attributes, name: customer, customerName: customer });
      await this.taskrouter(`/Tasks/${taskSid}`, { Attributes });
    }
    return taskSid;
  }

  /** Ends what tests have made, and has the agents available again: TaskRouter sends those away who did not answer. */
  async clear(): Promise<void> {
    const seeded = Object.values(this.seed.tasks);
    // What waits comes first: with its original gone it would be the customer's, and made again.
    for (const statuses of [
      ['pending', 'reserved'],
      ['assigned', 'wrapping'],
    ]) {
      await Promise.all(statuses.map((status) => this.endAll(status, seeded)));
    }
    // Afterwards, or who is available again is offered what is about to end.
    type Worker = { sid: string; activity_name: string };
    const { workers } = await this.taskrouter<{ workers: Worker[] }>('/Workers');
    const away = workers.filter(({ activity_name }) => activity_name !== 'Available').map(({ sid }) => sid);
    const agents = ['ana', 'ben', 'carla', 'dev'].filter((agent) => away.includes(this.seed.workers[agent] ?? ''));
    await Promise.all(agents.map((agent) => this.setActivity(agent, 'Available')));
  }

  private async endAll(status: string, seeded: string[]): Promise<void> {
    const query = new URLSearchParams({ AssignmentStatus: status, PageSize: '1000' });
    const { tasks } = await this.taskrouter<{ tasks: Task[] }>(`/Tasks?${query}`);
    const made = tasks.filter(({ sid }) => !seeded.includes(sid));
    // One that has ended meanwhile needs no end.
    await Promise.all(made.map(({ sid }) => this.end(sid, END[status] ?? 'canceled').catch(() => undefined)));
  }

  /** Changes some of an agent's attributes; returns how to put the old ones back. */
  async setAttributes(agent: string, changes: object): Promise<() => Promise<void>> {
    const path = `/Workers/${this.seed.workers[agent]}`;
    const { attributes } = await this.taskrouter<{ attributes: string }>(path);
    const write = async (Attributes: string) => void (await this.taskrouter(path, { Attributes }));
    await write(JSON.stringify({ ...JSON.parse(attributes), ...changes }));
    return () => write(attributes);
  }

  async setActivity(agent: string, activity: string): Promise<void> {
    const { activities } = await this.taskrouter<{ activities: { sid: string; friendly_name: string }[] }>(
      '/Activities',
    );
    const ActivitySid = activities.find(({ friendly_name }) => friendly_name === activity)?.sid ?? '';
    await this.taskrouter(`/Workers/${this.seed.workers[agent]}`, { ActivitySid });
  }

  async break(fault: Fault): Promise<void> {
    await this.emulator('/faults', 'POST', fault);
  }

  async repair(): Promise<void> {
    await this.emulator('/faults', 'DELETE');
  }

  async task(sid: string): Promise<Task> {
    const task = await this.taskrouter<Task & { attributes: string }>(`/Tasks/${sid}`);
    return { ...task, attributes: JSON.parse(task.attributes) };
  }

  async end(taskSid: string, how: 'completed' | 'canceled'): Promise<void> {
    await this.taskrouter(`/Tasks/${taskSid}`, { AssignmentStatus: how });
  }

  async accept(taskSid: string, agent: string): Promise<void> {
    await this.answer(taskSid, agent, 'accepted');
  }

  /** Answers for the agent to whom a task is offered. */
  async answer(taskSid: string, agent: string, status: 'accepted' | 'rejected'): Promise<void> {
    const path = `/Tasks/${taskSid}/Reservations`;
    type Reservation = { sid: string; worker_sid: string; reservation_status: string };
    const { reservations } = await this.taskrouter<{ reservations: Reservation[] }>(path);
    const own = reservations.find(({ worker_sid }) => worker_sid === this.seed.workers[agent]);
    if (!own) {
      const worker = await this.taskrouter<{ activity_name: string }>(`/Workers/${this.seed.workers[agent]}`);
      throw new Error(`${taskSid} is not offered to ${agent}, who is ${worker.activity_name}`);
    }
    await this.taskrouter(`${path}/${own.sid}`, { ReservationStatus: status });
  }

  /** The SIDs of the tasks that transfers of this one made. */
  async successors(sid: string): Promise<string[]> {
    const query = new URLSearchParams({ EvaluateTaskAttributes: `transferredFrom=="${sid}"` });
    const { tasks } = await this.taskrouter<{ tasks: Task[] }>(`/Tasks?${query}`);
    return tasks.map((task) => task.sid);
  }

  async taskrouter<T>(path: string, form?: Record<string, string>): Promise<T> {
    return this.workspace<T>(path, form ? { method: 'POST', body: new URLSearchParams(form) } : {});
  }

  async remove(path: string): Promise<void> {
    await this.workspace(path, { method: 'DELETE' });
  }

  private workspace<T>(path: string, init: RequestInit): Promise<T> {
    const { account_sid, auth_token, workspace_sid } = this.seed;
    const authorization = `Basic ${Buffer.from(`${account_sid}:${auth_token}`).toString('base64')}`;
    const url = `${this.twilio}/taskrouter/v1/Workspaces/${workspace_sid}${path}`;
    return answer<T>(url, { ...init, headers: { authorization } });
  }

  private emulator<T>(path: string, method: string, body?: unknown): Promise<T> {
    return answer<T>(`${this.twilio}/emulator${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }
}

/** Twilio allows three searches by attributes a second; what it turns away is asked again. */
async function answer<T>(url: string, init: RequestInit): Promise<T> {
  let response = await fetch(url, init);
  while (response.status === 429) {
    await new Promise((done) => setTimeout(done, 500));
    response = await fetch(url, init);
  }
  const text = await response.text();
  if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${url}: ${response.status} ${text}`);
  return (text ? JSON.parse(text) : undefined) as T;
}

/**
 * Deploys a stack, or uses the one whose addresses are in `STACK_ENDPOINT` and `STACK_TWILIO`.
 *
 * `origin` is that of the page that will call it, `settings` more of the stack's configuration.
 */
export async function startStack(name: string, origin?: string, settings: Record<string, string> = {}): Promise<Stack> {
  const { STACK_ENDPOINT, STACK_TWILIO } = process.env;
  if (STACK_ENDPOINT && STACK_TWILIO) {
    return new Stack(STACK_ENDPOINT, STACK_TWILIO, await seedOf(STACK_TWILIO), async () => undefined);
  }
  if (!existsSync(PYTHON)) throw new Error('Run `make install` in the repository first: the local stack is Python.');
  const own = `${name}-${process.pid}`;
  // In a group of its own, so that Ctrl-C does not interrupt the deployment half way: who began it stops it.
  const local = (...rest: string[]) =>
    run(PYTHON, ['-m', 'local', ...rest], { cwd: ROOT, maxBuffer: 1e7, detached: true } as object);
  const options = [
    ...(origin ? [`--allow-origin=${origin}`] : []),
    ...Object.entries(settings).map(([key, value]) => `--config=${key}=${value}`),
  ];
  const { stdout } = await local('up', '-d', '--name', own, ...options);
  const found = (title: string) => new RegExp(`^${title} +(\\S+)`, 'm').exec(stdout)?.[1];
  const [endpoint, twilio] = [found('Endpoint'), found('Emulated Twilio')];
  if (!endpoint || !twilio) throw new Error(`No addresses in what \`local up\` printed:\n${stdout}`);
  const stop = async () => {
    // On a busy machine it may have to be killed. It is gone then too.
    await local('down', own).catch((error: Error) => {
      if (!error.message.includes('was killed')) throw error;
    });
  };
  return new Stack(endpoint, twilio, await seedOf(twilio), stop);
}

const seedOf = (twilio: string) => answer<Seed>(`${twilio}/emulator/seed`, {});

/** Waits until something has happened, which a busy machine may take its time for. */
export async function until(what: string, happened: () => unknown, milliseconds = 60_000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await happened())) {
    if (Date.now() > end) throw new Error(`Not within ${milliseconds / 1_000} s: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
