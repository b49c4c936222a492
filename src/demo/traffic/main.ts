import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { createClient } from './client.ts';
import { trafficSchema } from './schema.ts';
import { TrafficRun } from './traffic.ts';

/**
 * The simulated users, a process of their own. Standard input: one line of JSON, then kept open for as long as
 * the users shall stay. Standard output: a `Report` as JSON each second, `Totals` at the end.
 * Ends with 0 when standard input closes, on SIGTERM, SIGINT, or after `maxSeconds`; with 2 on a bad line.
 */
const configSchema = z.strictObject({
  origin: z.string(),
  traffic: trafficSchema,
  seed: z.int(),
  maxSeconds: z
    .number()
    .positive()
    .max(24 * 3600)
    .default(900),
});

const CONNECTIONS = 64;

async function main(): Promise<void> {
  const lines = createInterface({ input: process.stdin });
  const ended = new AbortController();
  lines.on('close', () => ended.abort());
  process.once('SIGTERM', () => ended.abort());
  process.once('SIGINT', () => ended.abort());
  // Whoever reads the reports is gone: so are we.
  process.stdout.on('error', () => process.exit(0));

  const config = readConfig(await firstLine(lines, ended.signal));
  const client = createClient(config.origin, CONNECTIONS);
  const run = new TrafficRun({ traffic: config.traffic, client, seed: config.seed });
  run.start();
  const reports = setInterval(() => print(run.report()), 1000);
  const limit = setTimeout(() => ended.abort(), config.maxSeconds * 1000);
  if (!ended.signal.aborted) await once(ended.signal, 'abort');
  clearInterval(reports);
  clearTimeout(limit);
  await print(await run.stop());
  process.exit(0);
}

async function firstLine(lines: NodeJS.EventEmitter, signal: AbortSignal): Promise<string> {
  try {
    const [line] = await once(lines, 'line', { signal });
    return String(line);
  } catch {
    return '';
  }
}

function readConfig(line: string): z.infer<typeof configSchema> {
  try {
    return configSchema.parse(JSON.parse(line));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new AutolandError('usage', `expected one line of JSON {origin, traffic, seed}: ${why}`, { cause });
  }
}

function print(value: object): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${JSON.stringify(value)}\n`, () => resolve()));
}

main().catch((thrown: unknown) => {
  process.stderr.write(`${messageOf(thrown)}\n`);
  process.exit(thrown instanceof AutolandError ? 2 : 1);
});
