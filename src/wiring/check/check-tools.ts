import { NpmAdvisories } from '../../adapters/advisories/npm-advisories.ts';
import { ChildApiReader } from '../../adapters/api/child-api-reader.ts';
import { KeptApiReader } from '../../adapters/api/kept-api-reader.ts';
import { SandboxReproducer } from '../../adapters/builder/sandbox-reproducer.ts';
import { SandboxDriverRunner } from '../../adapters/driver-runner/sandbox-driver-runner.ts';
import { KeptBoundaryMutator } from '../../adapters/mutation/kept-boundary-mutator.ts';
import { SandboxBoundaryMutator } from '../../adapters/mutation/sandbox-boundary-mutator.ts';
import { SandboxMutator } from '../../adapters/mutation/sandbox-mutator.ts';
import { NpmProofs } from '../../adapters/package-proofs/npm-proofs.ts';
import { NpmRegistry } from '../../adapters/registry/npm-registry.ts';
import { SandboxReplayer } from '../../adapters/replayer/sandbox-replayer.ts';
import { SandboxTestRunner } from '../../adapters/test-runner/sandbox-test-runner.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { BoundaryMutator } from '../../ports/boundary-mutator.ts';
import type { DriverRunner } from '../../ports/driver-runner.ts';
import type { Mutator } from '../../ports/mutator.ts';
import type { Replayer } from '../../ports/replayer.ts';
import type { Reproducer } from '../../ports/reproducer.ts';
import type { TestRunner } from '../../ports/test-runner.ts';
import type { OpenInstalls } from './check-installs.ts';
import { modelsOfCheck } from './check-models.ts';
import type { CheckRules } from './check-rules.ts';

/** What a check reaches out through. */
export function toolsOfCheck({ files, kept, settings, packuments, jobs }: OpenInstalls, rules: CheckRules) {
  const evidence = kept && { evidence: kept.evidence };
  const runner = new SandboxTestRunner({ ...jobs, ...evidence });
  const mutator = new SandboxMutator(jobs);
  const reproducer = new SandboxReproducer(jobs);
  const replayer = new SandboxReplayer({ ...jobs, ...evidence });
  const faults = new SandboxBoundaryMutator(jobs);
  const drivers = new SandboxDriverRunner(jobs);
  const api = new ChildApiReader();
  const boundary = kept === undefined ? faults : new KeptBoundaryMutator(faults, kept.evidence);
  return {
    registry: new NpmRegistry({ settings, packuments }),
    packageProofs: new NpmProofs({ settings, packuments }),
    advisories: new NpmAdvisories(settings),
    ...(kept && { profiles: kept.profiles }),
    api: kept === undefined ? api : new KeptApiReader(api, kept.readings),
    tests: {
      compare: (...asked) => runner.compare(...asked).catch(rethrowWithMend),
      begin: (...asked) => runner.begin(...asked),
    } satisfies TestRunner,
    mutator: {
      instrument: (targets) => mutator.instrument(targets),
      run: (...asked) => mutator.run(...asked).catch(rethrowWithMend),
    } satisfies Mutator,
    reproducer: {
      compare: (...asked) => reproducer.compare(...asked).catch(rethrowWithMend),
    } satisfies Reproducer,
    replayer: {
      replay: (...asked) => replayer.replay(...asked).catch(rethrowWithMend),
      replayEach: (...asked) => replayer.replayEach(...asked).catch(rethrowWithMend),
    } satisfies Replayer,
    drivers: {
      run: (...asked) => drivers.run(...asked).catch(rethrowWithMend),
    } satisfies DriverRunner,
    ...(kept && { answers: kept.answers, driverModels: modelsOfCheck(kept, rules.models, files) }),
    boundary: {
      run: (...asked) => boundary.run(...asked).catch(rethrowWithMend),
    } satisfies BoundaryMutator,
  };
}

/** A finding has a reason only, so what to do about it must stand in there. */
function rethrowWithMend(thrown: unknown): never {
  if (!(thrown instanceof AutolandError) || thrown.mend === undefined) throw thrown;
  throw new AutolandError(thrown.code, `${thrown.message}. Mend: ${thrown.mend}`, { cause: thrown });
}
