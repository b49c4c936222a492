import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Behaviour } from '../../domain/behaviour.ts';
import { isRecord, type JsonRecord } from '../../domain/npm/hostile-json.ts';
import type { RecordedCall } from '../../domain/recorded-call.ts';
import { readOutputFile } from '../sandbox/read-output-file.ts';
import type { ProjectCommands } from '../test-runner/project-commands.ts';
import { startWatch, type Watch } from '../test-runner/watch.ts';

/** How one process makes calls. */
export type ReplayJob = {
  readonly calls: readonly RecordedCall[];
  readonly seed: number;
  /** Text of a module that stands in the project's directory: what it asks for is looked for from there. */
  readonly client: string;
  /** Besides where the calls are, and where the summary goes. */
  env(watch: Watch): Readonly<Record<string, string>>;
};

export type ReplayRan =
  /** `summary`: what the process wrote, which packages had a hand in. */
  | { readonly kind: 'ran'; readonly summary: JsonRecord; read(): Promise<Behaviour> }
  | { readonly kind: 'limit' | 'ended' };

const inside = '/autoland/replay';
const callsName = 'calls.json';
const summaryName = 'summary.json';
const mostSummary = 1024 * 1024;
const seconds = 120;

/** Runs processes that make calls in a tree whose packages are installed. */
export class ReplayRun {
  readonly #commands: ProjectCommands;
  readonly #job: string;

  constructor(commands: ProjectCommands, job: string) {
    this.#commands = commands;
    this.#job = job;
  }

  async run(tree: string, { calls, seed, client, env }: ReplayJob): Promise<ReplayRan> {
    const names = [...new Set(calls.map((call) => call.package))];
    const watch = await startWatch(this.#job, { packages: names, modules: [], seed });
    const place = await this.#writeCalls(calls);
    const argv = ['node', '--input-type=module', '--eval', client] as const;
    const given = {
      AUTOLAND_REPLAY_CALLS: `${inside}/${callsName}`,
      AUTOLAND_REPLAY_SUMMARY: `${watch.recordsInside}/${summaryName}`,
      ...env(watch),
    };
    const mounts = [...watch.mounts, { source: place, target: inside, mode: 'read' as const }];
    const result = await this.#commands.run(argv, tree, { phase: 'test', seconds, env: given, mounts });
    if (result.kind === 'limit') return { kind: 'limit' };
    const summary = await readSummary(watch.records);
    if (result.code !== 0 || summary === undefined) return { kind: 'ended' };
    return { kind: 'ran', summary, read: () => watch.read() };
  }

  async #writeCalls(calls: readonly RecordedCall[]): Promise<string> {
    const place = await mkdtemp(join(this.#job, 'calls-'));
    await chmod(place, 0o755);
    await writeFile(join(place, callsName), JSON.stringify(calls));
    return place;
  }
}

/** undefined: the process did not come to its end. */
async function readSummary(records: string): Promise<JsonRecord | undefined> {
  try {
    const bytes = await readOutputFile(records, summaryName, mostSummary);
    const summary: unknown = JSON.parse(bytes?.toString('utf8') ?? '');
    return isRecord(summary) ? summary : undefined;
  } catch {
    return undefined;
  }
}
