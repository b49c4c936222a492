import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';

/** Whatever an attacker would want to hear: web, names, datagrams, sockets of this host. All that arrives is kept. */
export class Listeners {
  readonly heard: string[] = [];
  readonly #servers: (HttpServer | Server)[] = [];
  readonly #names: Socket = createSocket('udp4');
  readonly sockets: Readonly<Record<'control' | 'abstract', string>>;
  #ports: Readonly<Record<'http' | 'http6' | 'dns', number>> = { http: 0, http6: 0, dns: 0 };

  constructor(dir: string) {
    this.sockets = { control: join(dir, 'control.sock'), abstract: `\0autoland-injection-${process.pid}` };
  }

  get ports(): Readonly<Record<'http' | 'http6' | 'dns', number>> {
    return this.#ports;
  }

  async open(): Promise<void> {
    const http = await this.#web('127.0.0.1');
    // Some machines have no second kind of address: then nothing is to be reached there either.
    const http6 = await this.#web('::1').catch(() => 9);
    for (const [name, path] of Object.entries(this.sockets)) {
      const server = createServer((socket) => {
        socket.on('error', () => socket.destroy());
        this.heard.push(`unix ${name}`);
        socket.resume();
      });
      this.#servers.push(server);
      server.listen(path);
      await once(server, 'listening');
    }
    this.#names.on('message', (bytes) => this.heard.push(`udp ${bytes.toString('latin1')}`));
    this.#names.bind(0, '127.0.0.1');
    await once(this.#names, 'listening');
    this.#ports = { http, http6, dns: this.#names.address().port };
  }

  async close(): Promise<void> {
    this.#names.close();
    for (const server of this.#servers) {
      if ('closeAllConnections' in server) server.closeAllConnections();
      server.close();
    }
  }

  async #web(host: string): Promise<number> {
    const server = createHttpServer((request, response) => {
      this.heard.push(`http ${request.url}`);
      response.end('ok');
    });
    // An attempt that never becomes a request counts as well.
    server.on('connection', () => this.heard.push(`connection to ${host}`));
    server.listen(0, host);
    await once(server, 'listening');
    this.#servers.push(server);
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }
}
