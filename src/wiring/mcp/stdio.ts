import { Console } from 'node:console';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { printable } from '../../domain/printable.ts';
import { makeMcpServer } from '../../server/mcp/server.ts';
import type { AgentScope } from '../../server/mcp/tool.ts';
import type { PlaceOptions } from '../place/place.ts';
import { Desks } from './desk.ts';
import { tellBug } from './tell-bug.ts';

export type StdioWish = { readonly source: string; readonly scope: AgentScope; readonly version: string };

/** Of one message. A lockfile fits in; what is larger is pushed. */
const mostBytes = 2 * 1024 * 1024;

/** Serves the one client at the other end of the standard streams, and answers once it has hung up. */
export async function serveMcpStdio(options: PlaceOptions, wish: StdioWish): Promise<void> {
  // Whatever a library says: the standard output is the protocol's.
  globalThis.console = new Console(process.stderr, process.stderr);
  const desks = new Desks(options);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const served = { desk: desks.of(wish.source), onBug: tellBug };
  const handle = serveStdio(() => makeMcpServer(served, wish), {
    transport: new TellingTransport(end),
    onerror: ({ message }) => process.stderr.write(`autoland mcp: ${printable(message.slice(0, 1_000))}\n`),
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
  await ended;
  await handle.close();
  desks.close();
}

/** Tells when it closes: the input has ended, the output is broken, or a message was too long. */
class TellingTransport extends StdioServerTransport {
  readonly #onEnd: () => void;

  constructor(onEnd: () => void) {
    super(process.stdin, process.stdout, { maxBufferSize: mostBytes });
    this.#onEnd = onEnd;
  }

  override async close(): Promise<void> {
    await super.close();
    this.#onEnd();
  }
}
