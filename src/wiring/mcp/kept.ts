import { flushCompileCache } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { awaitRelease } from '../../adapters/runtime/keep-alive.ts';
import { hasJournal, locate, type PlaceOptions } from '../place/place.ts';
import { serveMcpHttp } from './http.ts';

export type KeptMcpOptions = PlaceOptions & {
  readonly port: number;
  /** Ends when standard input closes. */
  readonly ephemeral: boolean;
};

const lookMs = 100;

/** The process that `up` keeps for agents: what a person starts by `autoland mcp --http`, and no key or journal of its own either. */
export async function runKeptMcp(options: KeptMcpOptions, version: string): Promise<void> {
  await awaitRelease();
  const { port, ephemeral } = options;
  const ending = new AbortController();
  const end = () => ending.abort();
  process.once('SIGTERM', end).once('SIGINT', end);
  if (ephemeral) process.stdin.once('end', end).once('close', end).resume();
  else process.stdin.destroy();
  // The control plane makes it, at the first start of all.
  const place = await locate(options);
  while (!hasJournal(place) && !ending.signal.aborted)
    await pause(lookMs, undefined, { signal: ending.signal }).catch(() => {});
  if (!ending.signal.aborted)
    await serveMcpHttp(options, { port, version, ephemeral, setting: 'mcp.port', onReady });
  process.exit(0);
}

function onReady(url: string): void {
  flushCompileCache();
  process.stderr.write(`autoland: agents are served at ${url}\n`);
}
