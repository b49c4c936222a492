import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/*
 * The least that this machine needs at this moment to tell so many clients something: one bare process writes to as many
 * sockets as the flag service has clients, in as many client processes. No protocol, no token, nothing to evaluate.
 */

const message = `${'x'.repeat(299)}\n`;

export class Bare {
  readonly #server: ChildProcess;
  readonly #clients: readonly ChildProcess[];

  private constructor(server: ChildProcess, clients: readonly ChildProcess[]) {
    this.#server = server;
    this.#clients = clients;
  }

  static async open(clients: number, workers: number): Promise<Bare> {
    const server = fork(import.meta.filename, ['--bare-server']);
    const [port] = await once(server, 'message');
    const each = Math.ceil(clients / workers);
    const crowd = Array.from({ length: workers }, () =>
      fork(import.meta.filename, ['--bare-clients', String(port), String(each)]),
    );
    await Promise.all(crowd.map((one) => once(one, 'message')));
    return new Bare(server, crowd);
  }

  /** Milliseconds from the word to tell them until each client has read it. */
  async round(): Promise<readonly number[]> {
    const heard = Promise.all(this.#clients.map((one) => once(one, 'message')));
    const begun = Date.now();
    this.#server.send('go');
    return (await heard).flatMap(([times]) => (times as number[]).map((time) => time - begun));
  }

  end(): void {
    for (const one of [this.#server, ...this.#clients]) one.kill('SIGKILL');
  }
}

function serve(): void {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket.setNoDelay(true).on('error', () => {})));
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
    const address = server.address();
    process.send?.(typeof address === 'object' ? address?.port : 0);
  });
  process.on('message', () => {
    for (const socket of sockets) socket.write(message);
  });
}

async function follow(port: number, count: number): Promise<void> {
  let times: number[] = [];
  const heard = () => {
    times.push(Date.now());
    if (times.length < count) return;
    process.send?.(times);
    times = [];
  };
  for (let n = 0; n < count; n++) {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.setNoDelay(true).on('data', heard);
    await once(socket, 'connect');
  }
  process.send?.('there');
}

const [role, port, count] = process.argv.slice(2);
if (role?.startsWith('--bare')) process.once('disconnect', () => process.exit());
if (role === '--bare-server') serve();
if (role === '--bare-clients') await follow(Number(port), Number(count));
