import { readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Boundary } from '../boundary.ts';
import { hookCommonJs } from '../hook-commonjs.ts';
import { hookModules } from '../hook-modules.ts';
import { Recorder } from '../record/recorder.ts';
import { RecordWriter } from '../record/writer.ts';
import { readSettings } from '../settings.ts';
import type { EachLimits } from './each.ts';
import { callState } from './each-state.ts';
import { type Call, findFunction, type Import, makeCall } from './make-call.ts';
import { takeVariable } from './variables.ts';

const tellsParent = 3;

/** A process of `each.ts`: makes those calls that are still open, one after another, records them, and tells of each. */
export async function makeOpen(load: Import): Promise<void> {
  const calls = JSON.parse(readFileSync(takeVariable('AUTOLAND_REPLAY_CALLS'), 'utf8')) as readonly Call[];
  const open = JSON.parse(takeVariable('AUTOLAND_REPLAY_OPEN')) as readonly number[];
  const { settle } = JSON.parse(takeVariable('AUTOLAND_REPLAY_LIMITS')) as EachLimits;
  takeVariable('AUTOLAND_REPLAY_MODULE');
  let met = '';
  const writer = watchPackages(({ key }) => {
    met ||= key;
  });
  process.on('uncaughtException', () => undefined);
  process.on('unhandledRejection', () => undefined);
  const exit = process.exit.bind(process);
  const require = createRequire(join(process.cwd(), 'package.json'));
  for (const at of open) {
    const call = calls[at];
    if (call === undefined) continue;
    const found = await findFunction(call, require, load);
    const clean = remember();
    met = '';
    tell(`${at}`);
    const isSettled = found === undefined || (await makeCall(call, found, settle));
    // It may be this process's last one.
    writer.flush();
    tell(`${at} ${stateOf(found !== undefined, isSettled)} ${met}`);
    clean();
  }
  exit(0);
}

function stateOf(isFound: boolean, isSettled: boolean): number {
  if (!isFound) return callState.missing;
  return isSettled ? callState.made : callState.unfinished;
}

function tell(line: string): void {
  writeSync(tellsParent, `${line}\n`);
}

function watchPackages(onCall: (entry: { readonly key: string }) => void): RecordWriter {
  const { packages, records, seed } = readSettings();
  const writer = new RecordWriter(join(records, `${process.pid}.jsonl`));
  const boundary = new Boundary(
    packages,
    new Recorder(writer, seed, { onCall: (_crossing, entry) => onCall(entry) }),
  );
  hookCommonJs(boundary);
  hookModules(boundary, join(records, 'doors', String(process.pid)));
  return writer;
}

const shared = [Object, Array, Function, String, Number, Boolean].map((one) => one.prototype as object);

/** Answers how to take from the prototypes what a call adds to them, so that the next one starts as it did. */
function remember(): () => void {
  const before = shared.map((one) => new Set(Reflect.ownKeys(one)));
  return () => {
    for (const [at, one] of shared.entries())
      for (const key of Reflect.ownKeys(one))
        if (before[at]?.has(key) !== true) Reflect.deleteProperty(one, key);
  };
}
