import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { Boundary } from './boundary.ts';
import { hookCommonJs } from './hook-commonjs.ts';
import { hookModules } from './hook-modules.ts';
import { Recorder } from './record/recorder.ts';
import { RecordWriter } from './record/writer.ts';
import { readSettings } from './settings.ts';

/** Preloaded into every Node process of a test run (`NODE_OPTIONS=--import=…`). */
const settings = readSettings();
const name = `${process.pid}-${threadId}-${process.hrtime.bigint()}`;
const recorder = new Recorder(new RecordWriter(join(settings.records, `${name}.jsonl`)), settings.seed);
const boundary = new Boundary(settings.packages, recorder);
hookCommonJs(boundary);
hookModules(boundary, join(settings.records, 'doors', name));
