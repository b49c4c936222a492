import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Boundary } from './boundary.ts';
import type { Handler } from './handler.ts';
import { hookCommonJs } from './hook-commonjs.ts';
import { hookModules } from './hook-modules.ts';
import { Disturber } from './mutate/disturber.ts';
import { OwnModules } from './own-modules.ts';
import { Inputs } from './record/inputs.ts';
import { Recorder } from './record/recorder.ts';
import { watchWire } from './record/wire.ts';
import { RecordWriter } from './record/writer.ts';
import { readSettings, type Settings } from './settings.ts';

/** Preloaded into every Node process of a test run (`NODE_OPTIONS=--import=…`). */
const settings = readSettings();
// No two threads begin in one nanosecond; and two that did would append lines to one file.
const name = `${process.pid}-${process.hrtime.bigint()}`;
const own = new OwnModules(settings.modules, settings.records);
const boundary = new Boundary(settings.packages, handlerOf(settings), own);
hookCommonJs(boundary);
hookModules(boundary, join(settings.records, 'doors', name));

function handlerOf({ records, seed, disturb }: Settings): Handler {
  if (disturb === undefined) return recorder(new RecordWriter(join(records, `${name}.jsonl`)), seed);
  return new Disturber(disturb.fault, () => note(join(records, disturb.disturbed)));
}

function recorder(writer: RecordWriter, seed: number): Handler {
  const inputs = new Inputs(writer);
  let isWired = settings.packages.length === 0;
  const made = new Recorder(writer, seed, {
    onCall: (crossing, entry) => inputs.keep(crossing, entry),
    // Not before: most processes of a test run load nothing that is watched, and what they send is not its doing.
    onLoad() {
      if (!isWired) watchWire(process.getBuiltinModule('node:http'), (message) => made.sent(message));
      isWired = true;
    },
  });
  return made;
}

function note(file: string): void {
  try {
    writeFileSync(file, '');
  } catch {
    // The client may have put another file system in the place of this one for a while: then the fault does not count.
  }
}
