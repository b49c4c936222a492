import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { Workers } from './workers.ts';

/*
 * The least that pages need on this machine at this moment: the same pages as those of the flag service, told by a bare
 * process that answers OFREP with a fixed text. No token is looked at, no flag evaluated, nothing read from a file, and
 * it has no other clients. What it takes from the word to the last page that is off is what no flag service can beat here.
 */

const key = 'bare';

export class BarePages {
  readonly #server: ChildProcess;
  readonly #pages: Workers;

  private constructor(server: ChildProcess, pages: Workers) {
    this.#server = server;
    this.#pages = pages;
  }

  static async open(pages: number): Promise<BarePages> {
    const server = fork(import.meta.filename, ['--bare-pages']);
    const [port] = await once(server, 'message');
    return new BarePages(
      server,
      new Workers({ sync: 0, evaluation: 0, ofrep: port }, 'none', pages, ['pages']),
    );
  }

  /** Milliseconds from the word until each page is off. */
  async round(): Promise<readonly number[]> {
    this.#server.send(true);
    await this.#pages.settled(key, true);
    const off = this.#pages.settled(key, false);
    const begun = Date.now();
    this.#server.send(false);
    return (await off).pages.map((time) => time - begun);
  }

  end(): void {
    this.#pages.end();
    this.#server.kill('SIGKILL');
  }
}

function serve(): void {
  const streams = new Set<ServerResponse>();
  let answer = textOf(false);
  const server = createServer((request, response) => {
    if (request.method === 'POST') return response.end(answer);
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    streams.add(response);
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
    const address = server.address();
    process.send?.(typeof address === 'object' ? address?.port : 0);
  });
  process.on('message', (on: boolean) => {
    answer = textOf(on);
    for (const stream of streams) stream.write('data: {"type":"refetchEvaluation"}\n\n');
  });
}

function textOf(on: boolean): string {
  const eventStreams = [{ type: 'sse', endpoint: { requestUri: '/events' } }];
  return JSON.stringify({ flags: [{ key, value: on }], eventStreams });
}

if (process.argv[2] === '--bare-pages') {
  process.once('disconnect', () => process.exit());
  serve();
}
