import type { Sha } from '../../domain/change.ts';
import type { Crash } from '../../domain/crash.ts';
import type { ModelSample } from '../../domain/crash-fix.ts';
import type { ModelIdentity, ModelReply } from '../../domain/model.ts';
import type { TestRun } from '../../domain/test-comparison.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Model } from '../../ports/model.ts';
import type { ToolLog } from '../../ports/tool-log.ts';
import type { Draft, TestsRun, Workbench } from '../../ports/workbench.ts';
import { runTaskLoop } from '../task/run.ts';
import { crashTask } from './crash-task.ts';
import { type ReproduceDeps, type Shown, withFiles } from './run-reproduce.ts';
import { lookAt } from './run-try.ts';

/** A model that may be asked for fixes, and within what. */
export type Sampling = {
  /** Recorded, counted, bounded: what it takes in all is for its budget to say. */
  readonly model: Model;
  readonly log: ToolLog;
  readonly clock: Clock;
  /** The files of a commit. Its way of running tests is not used. */
  readonly open: (commit: Sha) => Promise<Workbench & AsyncDisposable>;
  readonly protectedPaths: readonly RegExp[];
  /** How often it is asked for a fix. */
  readonly most: number;
  /** Questions for each of them. */
  readonly rounds: number;
  readonly seconds: number;
  /** Unguessable, another each time. */
  readonly nonce: () => string;
};

export type SampleAsked = {
  readonly crash: Crash;
  readonly shown: Shown;
  /** What it may change. */
  readonly files: readonly string[];
  /** That are left for it. */
  readonly seconds: number;
  /** What came of the samples before; undefined: this is the first. */
  readonly before: string | undefined;
};

/** Asks somebody for fixes, one at a time. */
export type Samples = {
  readonly most: number;
  readonly next: (asked: SampleAsked) => Promise<ModelSample>;
};

/** Each sample is a task of its own, by the tools of all tasks: what it writes is a draft, and never tests, CI or rules. */
export function modelSamples(deps: ReproduceDeps, sampling: Sampling): Samples {
  return { most: sampling.most, next: (asked) => sample(deps, sampling, asked) };
}

async function sample(deps: ReproduceDeps, sampling: Sampling, asked: SampleAsked): Promise<ModelSample> {
  const { log, clock, protectedPaths, rounds } = sampling;
  const { crash, shown, files, before } = asked;
  const nonce = sampling.nonce();
  const watched = new WatchedModel(sampling.model);
  await using base = await sampling.open(shown.base);
  const bench = benchOf(base, deps, asked);
  const end = await runTaskLoop(
    { model: watched, bench, log, clock },
    {
      ...{ ...crashTask(crash, files), feedback: before ?? null, nonce, rounds },
      seconds: Math.max(1, Math.min(sampling.seconds, asked.seconds)),
      rules: { class: 'crash-fix', only: files, protectedPaths },
    },
  );
  if (end.kind === 'done') return { kind: 'made', files: end.files };
  return { kind: watched.isAway ? 'away' : 'none', why: `${sampling.model.identity.name} ${end.why}` };
}

/** Of a model that cannot be asked now, nothing is gained by asking it anew; of one that answers badly, something may be. */
class WatchedModel implements Model {
  readonly identity: ModelIdentity;
  readonly #model: Model;
  isAway = false;

  constructor(model: Model) {
    this.identity = model.identity;
    this.#model = model;
  }

  async ask(...asked: Parameters<Model['ask']>): Promise<ModelReply> {
    const reply = await this.#model.ask(...asked);
    this.isAway = reply.kind === 'fault' && reply.fault !== 'malformed' && reply.fault !== 'cut-off';
    return reply;
  }
}

/** Tests are those by which every candidate is tried, in trees of their own. */
function benchOf(base: Workbench, deps: ReproduceDeps, { crash, shown }: SampleAsked): Workbench {
  return {
    files: () => base.files(),
    read: (path) => base.read(path),
    search: (wish, draft) => base.search(wish, draft),
    test: async (draft: Draft): Promise<TestsRun> => {
      const tree = await withFiles(deps.git, { crash }, { base: shown.base, files: draft });
      const { wrong, run } = await lookAt(deps, shown, tree);
      const tail = tailOf(run);
      if (wrong === undefined) return { kind: 'green', tail };
      return { kind: kindOf(run), tail: `${wrong.detail}\n${tail}` };
    },
  };
}

function kindOf({ kind }: TestRun): TestsRun['kind'] {
  if (kind === 'limit') return 'limit';
  return kind === 'ran' ? 'red' : 'not-built';
}

function tailOf(run: TestRun): string {
  return run.kind === 'limit' ? '' : run.tail;
}
