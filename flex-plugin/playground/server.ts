/** Serves the playground's pages, and what Flex's connection to TaskRouter would tell them. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';

import type { Fault, Kind, Stack, Task } from '../test/stack';
import { makeBundles, versionOf, type Bundles } from './bundle';

export interface AgentTask {
  sid: string;
  reservationSid: string;
  reservationStatus: string;
  status: string;
  channel: string;
  kind: string;
  queue: string;
  since: string;
  attributes: Record<string, unknown>;
}

/** An agent as Flex lists them. */
export interface Colleague {
  sid: string;
  name: string;
  activity: string;
  since: string;
}

export interface AgentView {
  name: string;
  workerSid: string;
  token: string;
  roles: string[];
  base: string;
  activity: string;
  activities: { name: string; available: boolean }[];
  tasks: AgentTask[];
}

interface Worker {
  sid: string;
  attributes: string;
  activity_name: string;
  date_status_changed: string;
}

interface Activity {
  sid: string;
  friendly_name: string;
  available: boolean;
}

interface Reservation {
  sid: string;
  task_sid: string;
  reservation_status: string;
  date_created: string;
}

/** Listens on this machine alone, or says in one line why that is not possible. */
export async function listening(server: Server, port: number): Promise<void> {
  await new Promise<void>((done, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      failed(error.code === 'EADDRINUSE' ? new Error(`Port ${port} is in use: stop what listens there.`) : error),
    );
    server.listen(port, '127.0.0.1', done);
  });
}

const CUSTOMERS = [
  'Maria Silva',
  'Noah Weber',
  'Aiko Tanaka',
  'Omar Haddad',
  'Lucía Gómez',
  'Emma Dubois',
  'Liam Murphy',
];

const OPEN = ['pending', 'accepted', 'wrapping'];

/** What the buttons do to the emulated Twilio; README of `local/` and `twilio-emulator/twilio_emulator/faults.py` have more. */
const FAULTS: Record<string, Fault[]> = {
  slow: [{ kind: 'latency', seconds: 4, path: '/(Invites|Tasks)$', times: null }],
  broken: [{ kind: 'status', status: 500, path: '/Tokens/validate', times: null }],
};

export class Playground {
  private customers = -1;

  /** The scripts by their path and version. */
  private readonly scripts: Record<string, string>;

  private constructor(
    private readonly stack: Stack,
    private readonly bundles: Bundles,
    private readonly server: Server,
    /** Where the plugin calls: the stack itself unless something stands in between. */
    public base: string,
  ) {
    this.scripts = { [this.pathOf('page')]: bundles.page, [this.pathOf('plugin')]: bundles.plugin };
  }

  static async open(stack: Stack, port: number, base = stack.endpoint, bundles?: Bundles): Promise<Playground> {
    const server = createServer((request, response) => {
      playground.answer(request).then(
        ({ type, body, kept = false }) => {
          // Chromium keeps a script's compiled form as long as the script itself.
          const control = kept ? 'max-age=86400, immutable' : 'no-store';
          response.writeHead(200, { 'content-type': type, 'cache-control': control }).end(body);
        },
        (error: Error) => response.writeHead(500, { 'content-type': 'text/plain' }).end(error.message),
      );
    });
    const playground = new Playground(stack, bundles ?? (await makeBundles()), server, base);
    await listening(server, port);
    return playground;
  }

  private pathOf(script: keyof Bundles): string {
    return `/${script}-${versionOf(this.bundles[script])}.js`;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage): Promise<{ type: string; body: string; kept?: boolean }> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const parameter = (name: string) => searchParams.get(name) ?? '';
    const script = this.scripts[pathname];
    if (script !== undefined) return { type: 'text/javascript; charset=utf-8', body: script, kept: true };
    if (pathname === '/' || pathname === '/agent') {
      const file = pathname === '/' ? 'index.html' : 'agent.html';
      const text = await readFile(resolve(__dirname, file), 'utf8');
      const body = text.replace('/page.js', this.pathOf('page')).replace('/plugin.js', this.pathOf('plugin'));
      return { type: 'text/html; charset=utf-8', body };
    }
    return { type: 'application/json', body: JSON.stringify((await this.act(pathname, parameter)) ?? {}) };
  }

  private async act(path: string, parameter: (name: string) => string): Promise<unknown> {
    switch (path) {
      case '/playground/agent':
        return this.view(parameter('agent'));
      case '/playground/workers':
        return this.workers();
      case '/playground/reservation': {
        const worker = this.stack.seed.workers[parameter('agent')];
        const form = { ReservationStatus: parameter('status') };
        return this.stack.taskrouter(`/Workers/${worker}/Reservations/${parameter('reservation')}`, form);
      }
      case '/playground/activity': {
        const worker = this.stack.seed.workers[parameter('agent')];
        const { activities } = await this.stack.taskrouter<{ activities: Activity[] }>('/Activities');
        const chosen = activities.find(({ friendly_name }) => friendly_name === parameter('name'));
        return this.stack.taskrouter(`/Workers/${worker}`, { ActivitySid: chosen?.sid ?? '' });
      }
      case '/playground/end':
        return this.stack.taskrouter(`/Tasks/${parameter('task')}`, { AssignmentStatus: parameter('how') });
      case '/playground/new':
        return this.stack.newTask(parameter('kind') as Kind, parameter('agent'), this.nextCustomer());
      case '/playground/twilio':
        await this.stack.repair();
        for (const fault of FAULTS[parameter('is')] ?? []) await this.stack.break(fault);
        return {};
      default:
        throw new Error(`No such page: ${path}`);
    }
  }

  private nextCustomer(): string {
    this.customers += 1;
    return CUSTOMERS[this.customers % CUSTOMERS.length] ?? '';
  }

  private async workers(): Promise<Colleague[]> {
    const { workers } = this.stack.seed;
    const found = await Promise.all(
      // One by one: a list of workers has no attributes.
      Object.values(workers).map((sid) => this.stack.taskrouter<Worker>(`/Workers/${sid}`)),
    );
    return found.map(({ sid, attributes, activity_name, date_status_changed }) => ({
      sid,
      name: JSON.parse(attributes).full_name as string,
      activity: activity_name,
      since: date_status_changed,
    }));
  }

  private async view(agent: string): Promise<AgentView> {
    const workerSid = this.stack.seed.workers[agent] ?? '';
    const [worker, { activities }, token, ...lists] = await Promise.all([
      this.stack.taskrouter<Worker>(`/Workers/${workerSid}`),
      this.stack.taskrouter<{ activities: Activity[] }>('/Activities'),
      this.stack.token(agent),
      // One status after the other: all of an agent's together, ended ones included, fill more than a page after a while.
      ...OPEN.map((status) =>
        this.stack.taskrouter<{ reservations: Reservation[] }>(
          `/Workers/${workerSid}/Reservations?ReservationStatus=${status}`,
        ),
      ),
    ]);
    // One that changed meanwhile is in two of them.
    const bySid = new Map(lists.flatMap(({ reservations }) => reservations.map((one) => [one.sid, one])));
    const open = [...bySid.values()].sort((a, b) => a.date_created.localeCompare(b.date_created));
    const { full_name, roles = [] } = JSON.parse(worker.attributes) as { full_name: string; roles?: string[] };
    return {
      name: full_name,
      workerSid,
      token,
      roles,
      base: this.base,
      activity: worker.activity_name,
      activities: activities.map(({ friendly_name, available }) => ({ name: friendly_name, available })),
      tasks: await Promise.all(open.map(async (one) => agentTask(one, await this.stack.task(one.task_sid)))),
    };
  }
}

function agentTask(reservation: Reservation, task: Task): AgentTask {
  return {
    sid: task.sid,
    reservationSid: reservation.sid,
    reservationStatus: reservation.reservation_status,
    status: task.assignment_status,
    channel: task.task_channel_unique_name,
    kind: 'flexInteractionSid' in task.attributes ? 'Flex conversation' : 'Programmable Chat',
    queue: task.task_queue_friendly_name,
    since: reservation.date_created,
    attributes: task.attributes,
  };
}
