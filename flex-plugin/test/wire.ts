/** A proxy between client and stack that loses and garbles answers, as networks and gateways do. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  status: number;
  body?: string;
  headers?: Record<string, string>;
}

export type Garble =
  | 'lost' // the request is carried out, the answer never comes
  | 'silent' // the same, and the connection stays open
  | Answer; // something else answers

export interface Call {
  method: string;
  path: string;
  authorization?: string | undefined;
  body: string;
  at: number;
  status?: number;
  /** What came back. */
  answer: string;
}

export class Wire {
  /** What becomes of the next answers; after these all come through. */
  readonly next: Garble[] = [];
  readonly calls: Call[] = [];
  /** Answers by path, to everyone who asks. */
  readonly fakes = new Map<string, unknown>();
  /** What answers wait for, by path. */
  readonly waits = new Map<string, Promise<void>>();
  /** Answers instead of the stack, preflights included, where it has an answer. */
  script?: ((method: string, path: string, body: string) => Answer | undefined) | undefined;
  private readonly server = createServer(async (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const call: Call = {
      method,
      path: url,
      authorization: headers.authorization,
      body: '',
      answer: '',
      at: Date.now(),
    };
    this.calls.push(call);
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    call.body = body.toString();
    await this.waits.get(url.split('?')[0] ?? url);
    const garble = this.garbleOf(method, url, body.toString());
    if (typeof garble === 'object') {
      const cors = { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' };
      outgoing.writeHead(garble.status, { ...cors, ...garble.headers }).end(garble.body);
      return;
    }
    const target = new URL(this.endpoint + url);
    const forwarded = request(target, { method, headers: { ...headers, host: target.host } }, (answer) => {
      call.status = answer.statusCode ?? 0;
      answer.on('data', (chunk: Buffer) => (call.answer += chunk.toString()));
      if (garble === 'lost') answer.resume().on('end', () => outgoing.destroy());
      else if (garble === 'silent') answer.resume();
      else {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      }
    });
    forwarded.on('error', () => outgoing.destroy());
    forwarded.end(body);
  });

  private constructor(private readonly endpoint: string) {}

  static async to(endpoint: string): Promise<Wire> {
    const wire = new Wire(endpoint);
    await new Promise<void>((listening) => wire.server.listen(0, '127.0.0.1', listening));
    return wire;
  }

  private garbleOf(method: string, path: string, body: string): Garble | undefined {
    const scripted = this.script?.(method, path, body);
    if (scripted) return scripted;
    // Preflights come through: what is garbled is what the plugin would read.
    if (method === 'OPTIONS') return undefined;
    const fake = this.fakes.get(path.split('?')[0] ?? path);
    return fake === undefined ? this.next.shift() : { status: 200, body: JSON.stringify(fake) };
  }

  reset(): void {
    this.next.length = this.calls.length = 0;
    this.fakes.clear();
    this.waits.clear();
  }

  get base(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
