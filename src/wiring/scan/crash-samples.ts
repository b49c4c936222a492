import { randomBytes } from 'node:crypto';
import { modelSamples, type Samples, type Sampling } from '../../agents/crash-fix/run-samples.ts';
import type { FixDeps } from '../../agents/crash-fix/run-trials.ts';
import type { Config } from '../../config/schema.ts';
import type { Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { ModelIdentity } from '../../domain/model.ts';
import { compilePattern } from '../../domain/path-pattern.ts';
import { testCommands } from '../../engine/test-commands.ts';
import type { Workbench, WorkbenchCommands } from '../../ports/workbench.ts';
import { Models } from '../models/models.ts';
import type { Repository } from '../place/repository.ts';
import { newTaskName } from '../tasks/name.ts';
import type { TaskTools } from '../tasks/work.ts';

export type SamplingRecorder = Pick<TaskTools['recorder'], 'of'>;
export type SamplingTools = {
  readonly open: (commit: Sha, commands: WorkbenchCommands) => Promise<Workbench & AsyncDisposable>;
};

/** Who is asked in one search for a fix. */
export type Asking = {
  readonly identity: Pick<ModelIdentity, 'name' | 'family' | 'scripted'>;
  /** What is said in it is recorded under this name. */
  readonly task: string;
  readonly samples: Samples;
};

/** Opens a search's way to its model; undefined: none is configured. */
export type OpenSamples = () => Promise<Asking | undefined>;

type Parts = SamplingTools & Pick<FixDeps, 'tests' | 'git'> & { readonly recorder: SamplingRecorder };

export function crashSamples(parts: Parts, repository: Repository, config: Config): OpenSamples {
  const { place, clock } = repository;
  const models = new Models(place.files, clock);
  return async () => {
    const { model: name, samples: most, rounds } = config.agents['crash-fix'];
    const commands = testCommands(config);
    if (name === null || commands === undefined) return undefined;
    const task = newTaskName('crash-fix', clock.now());
    const log = parts.recorder.of({ role: 'agent', task });
    try {
      const model = await models.model(config, { name, change: task, log });
      const sampling: Sampling = {
        ...{ model, log, clock, most, rounds, seconds: config.agents.model.seconds },
        open: (commit) => parts.open(commit, commands),
        protectedPaths: config.scope.protectedPaths.map(compilePattern),
        nonce: () => randomBytes(9).toString('hex'),
      };
      return { identity: model.identity, task, samples: modelSamples(parts, sampling) };
    } catch (thrown) {
      if (!(thrown instanceof AutolandError)) throw thrown;
      return away(config, { name, task, why: thrown.message });
    }
  };
}

/** The search goes on without it, and says so. */
function away(config: Config, { name, task, why }: { name: string; task: string; why: string }): Asking {
  const family = config.models[name]?.family ?? '';
  const samples: Samples = { most: 1, next: async () => ({ kind: 'away', why: `${name}: ${why}` }) };
  return { identity: { name, family, scripted: false }, task, samples };
}
