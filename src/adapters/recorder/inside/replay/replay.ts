import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Call, findFunction, type Import, makeCall } from './make-call.ts';
import { takeVariable } from './variables.ts';

/** What one process made of the calls, by their numbers. */
export type ReplaySummary = { readonly done: number; readonly missing: readonly number[] };

const settleMs = 1000;

/**
 * The client of the packages: makes the calls one after another, while the recorder of the same process watches them. Ends the
 * process, whatever the packages still have open. `load` imports as a module of the project does.
 */
export async function replay(load: Import): Promise<void> {
  const summary = takeVariable('AUTOLAND_REPLAY_SUMMARY');
  const calls = JSON.parse(readFileSync(takeVariable('AUTOLAND_REPLAY_CALLS'), 'utf8')) as readonly Call[];
  takeVariable('AUTOLAND_REPLAY_MODULE');
  // What a package leaves behind must not end the calls that follow.
  process.on('uncaughtException', () => undefined);
  process.on('unhandledRejection', () => undefined);
  const exit = process.exit.bind(process);
  const require = createRequire(join(process.cwd(), 'package.json'));
  const missing: number[] = [];
  for (const [at, call] of calls.entries()) {
    const found = await findFunction(call, require, load);
    if (found === undefined) missing.push(at);
    else await makeCall(call, found, settleMs);
  }
  writeFileSync(summary, JSON.stringify({ done: calls.length, missing } satisfies ReplaySummary));
  exit(0);
}
