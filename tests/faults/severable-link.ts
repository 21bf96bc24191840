import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/**
 * A stretch of network between a worker and a server, on the loopback interface: what is sent is passed on after a delay, or, while it is cut, swallowed without a
 * word, as by a switch that lost power. Connections that were open when it was cut stay so, and dead, until they are closed by their ends.
 */
export class SeverableLink {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  /** Each way, ms. */
  delayMs = 0;
  /** Pieces that were swallowed. */
  swallowed = 0;
  /** Pieces that came late. */
  delayed = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(target: { readonly host: string; readonly port: number }): Promise<SeverableLink> {
    const server = createServer({ allowHalfOpen: true });
    const link = new SeverableLink(server);
    server.on('connection', (near) => link.#join(near, createConnection({ ...target, allowHalfOpen: true })));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return link;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  cut(): void {
    this.#isCut = true;
  }

  /** New connections work again; those from before have lost what was swallowed, and are reset. */
  mend(): void {
    this.#isCut = false;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (bytes) => this.#pass(() => to.write(bytes)));
      from.on('end', () => this.#pass(() => to.end()));
      // Either end may go at any time: that is what this is for.
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }

  #pass(send: () => void): void {
    if (this.#isCut) this.swallowed += 1;
    else if (this.delayMs === 0) send();
    else {
      this.delayed += 1;
      setTimeout(send, this.delayMs);
    }
  }
}
