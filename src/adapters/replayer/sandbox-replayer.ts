import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Behaviour } from '../../domain/behaviour.ts';
import { Limiter } from '../../domain/limiter.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { RecordedCall } from '../../domain/recorded-call.ts';
import type { Replay } from '../../domain/replay.ts';
import type { TreeExporter } from '../../ports/git-host.ts';
import type { Replayer, ReplaySides } from '../../ports/replayer.ts';
import type { TestCommands } from '../../ports/test-runner.ts';
import { removeTree } from '../remove-tree.ts';
import { readOutputFile } from '../sandbox/read-output-file.ts';
import { ProjectCommands, type ProjectCommandsOptions } from '../test-runner/project-commands.ts';
import { startWatch } from '../test-runner/watch.ts';

export type SandboxReplayerOptions = ProjectCommandsOptions & { readonly git: TreeExporter };

type Side = ReplaySides & { readonly job: string; readonly calls: readonly RecordedCall[] };
type Made =
  | { readonly kind: 'made'; readonly seen: Behaviour; readonly missing: readonly number[] }
  | { readonly kind: 'limit' | 'ended' };

const inside = '/autoland/replay';
const callsName = 'calls.json';
const summaryName = 'summary.json';
/** Text of a module that stands in the project's directory: what it asks for is looked for from there. */
const client = [
  'node',
  '--input-type=module',
  '--eval',
  'const { replay } = await import(process.env.AUTOLAND_REPLAY_MODULE); await replay((name) => import(name));',
] as const;
const seconds = 120;

/** The recorder of the tests watches a client that only makes the calls. */
export class SandboxReplayer implements Replayer {
  readonly #limiter = new Limiter(1);
  readonly #options: SandboxReplayerOptions;
  readonly #commands: ProjectCommands;

  constructor(options: SandboxReplayerOptions) {
    this.#options = options;
    this.#commands = new ProjectCommands(options);
  }

  replay(
    commands: Pick<TestCommands, 'install'>,
    sides: ReplaySides,
    calls: readonly RecordedCall[],
  ): Promise<Replay> {
    return this.#limiter.run(async () => {
      const job = await mkdtemp(join(this.#options.workspace, 'replay-'));
      try {
        // The sandbox's own user passes through it to what is mounted, and cannot list it.
        await chmod(job, 0o711);
        return await this.#replay(commands, { ...sides, job, calls });
      } finally {
        await removeTree(job);
      }
    });
  }

  async #replay(commands: Pick<TestCommands, 'install'>, side: Side): Promise<Replay> {
    const trees = { base: join(side.job, 'base'), head: join(side.job, 'head') };
    for (const name of ['base', 'head'] as const) {
      await this.#options.git.exportTree(side[name], trees[name]);
      const failed = await this.#commands.prepare({ ...commands, build: null }, trees[name]);
      if (failed !== undefined) return { kind: 'install', side: name };
    }
    const first = await this.#make(trees.base, side, 1);
    if (first.kind !== 'made') return { kind: first.kind, side: 'base' };
    // What is random differs with the seed, as what is a time does by itself.
    const second = await this.#make(trees.base, side, 2);
    if (second.kind !== 'made') return { kind: second.kind, side: 'base' };
    const head = await this.#make(trees.head, side, 1);
    if (head.kind !== 'made') return { kind: head.kind, side: 'head' };
    const missing = { base: first.missing, head: head.missing };
    return { kind: 'replayed', base: [first.seen, second.seen], head: head.seen, missing };
  }

  async #make(tree: string, { job, calls }: Side, seed: number): Promise<Made> {
    const names = [...new Set(calls.map((call) => call.package))];
    const watch = await startWatch(job, names, seed);
    const place = await writeCalls(job, calls);
    const env = {
      NODE_OPTIONS: watch.option,
      AUTOLAND_REPLAY_MODULE: watch.replayer,
      AUTOLAND_REPLAY_CALLS: `${inside}/${callsName}`,
      AUTOLAND_REPLAY_SUMMARY: `${watch.recordsInside}/${summaryName}`,
    };
    const mounts = [...watch.mounts, { source: place, target: inside, mode: 'read' as const }];
    const result = await this.#commands.run(client, tree, { phase: 'test', seconds, env, mounts });
    if (result.kind === 'limit') return { kind: 'limit' };
    const summary = await readSummary(watch.records, calls.length);
    if (result.code !== 0 || summary === undefined) return { kind: 'ended' };
    return { kind: 'made', seen: await watch.read(), missing: summary };
  }
}

async function writeCalls(job: string, calls: readonly RecordedCall[]): Promise<string> {
  const place = await mkdtemp(join(job, 'calls-'));
  await chmod(place, 0o755);
  await writeFile(join(place, callsName), JSON.stringify(calls));
  return place;
}

/** Numbers of the calls that were not made; undefined: the process did not come to its end. */
async function readSummary(records: string, count: number): Promise<readonly number[] | undefined> {
  try {
    const bytes = await readOutputFile(records, summaryName, 1024 * 1024);
    const summary: unknown = JSON.parse(bytes?.toString('utf8') ?? '');
    if (!isRecord(summary) || summary.done !== count || !Array.isArray(summary.missing)) return undefined;
    return summary.missing.filter((at): at is number => Number.isInteger(at) && at >= 0 && at < count);
  } catch {
    return undefined;
  }
}
