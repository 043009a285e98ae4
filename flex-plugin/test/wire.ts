/** A proxy between client and stack that loses and garbles answers, as networks and gateways do. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Garble =
  | 'lost' // the request is carried out, the answer never comes
  | 'silent' // the same, and the connection stays open
  | { status: number; body: string; headers?: Record<string, string> }; // something else answers

export class Wire {
  /** What becomes of the next answers; after these all come through. */
  readonly next: Garble[] = [];
  readonly calls: { method: string; path: string; authorization?: string | undefined; status?: number }[] = [];
  /** Answers by path, to everyone who asks. */
  readonly fakes = new Map<string, unknown>();
  private readonly server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const call: (typeof this.calls)[number] = { method, path: url, authorization: headers.authorization };
    this.calls.push(call);
    const fake = method === 'OPTIONS' ? undefined : this.fakes.get(url);
    // Preflights come through: what is garbled is what the plugin would read.
    const garble =
      fake !== undefined
        ? { status: 200, body: JSON.stringify(fake) }
        : method === 'OPTIONS'
          ? undefined
          : this.next.shift();
    if (typeof garble === 'object') {
      incoming.resume();
      const cors = { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' };
      outgoing.writeHead(garble.status, { ...cors, ...garble.headers }).end(garble.body);
      return;
    }
    const target = new URL(this.endpoint + url);
    const forwarded = request(target, { method, headers: { ...headers, host: target.host } }, (answer) => {
      call.status = answer.statusCode ?? 0;
      if (garble === 'lost') answer.resume().on('end', () => outgoing.destroy());
      else if (garble === 'silent') answer.resume();
      else {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      }
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });

  private constructor(private readonly endpoint: string) {}

  static async to(endpoint: string): Promise<Wire> {
    const wire = new Wire(endpoint);
    await new Promise<void>((listening) => wire.server.listen(0, '127.0.0.1', listening));
    return wire;
  }

  get base(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
