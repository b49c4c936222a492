import type { ChangeReader } from '../../adapters/git-host/local/change-reader.ts';
import type { Proposal } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { type ClassifyDeps, runClassify } from '../../stages/1-classify/run.ts';
import type { CheckRules } from './check-rules.ts';

type Classified = {
  readonly git: ChangeReader;
  readonly rules: CheckRules;
  readonly readers: Pick<ClassifyDeps, 'syntax' | 'prover'>;
};

/** Answers the fault where the change could not be read so far as to be classed. */
export function classify(check: Classified, proposal: Proposal) {
  return runClassify(classifyDeps(check), { proposal }).catch(asFault);
}

function classifyDeps({ git, rules, readers }: Classified): ClassifyDeps {
  return {
    git: {
      ...readingOf(git),
      mergeTree: git.mergeTree,
      revertTree: async () => ({ kind: 'conflict', paths: [] }),
    },
    ...readers,
    flagHelpers: rules.settings.flags.helpers,
    protectedPatterns: rules.protectedPaths,
  };
}

/** A bug stays one. */
function asFault(thrown: unknown): AutolandError {
  if (thrown instanceof AutolandError) return thrown;
  throw thrown;
}

function readingOf({ reader }: ChangeReader) {
  return {
    resolve: reader.resolve.bind(reader),
    diff: reader.diff.bind(reader),
    history: reader.history.bind(reader),
    readFile: reader.readFile.bind(reader),
    list: reader.list.bind(reader),
  };
}
