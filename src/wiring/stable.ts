import { serviceSpec } from '../config/plans.ts';
import type { Config } from '../config/schema.ts';
import type { Sha } from '../domain/change.ts';
import { AutolandError } from '../domain/errors.ts';
import type { BoundStage } from '../engine/step.ts';
import type { GitReader } from '../ports/git-host.ts';
import type { Runtime } from '../ports/runtime.ts';
import { inProduction, type Ledger } from '../views/ledger.ts';
import type { Repository } from './repository.ts';
import { BranchRules, configAt } from './rules.ts';

type Service = NonNullable<Config['service']>;
type Git = Pick<GitReader, 'resolve' | 'readFile'>;
type Stable = NonNullable<Ledger['stable']>;

/**
 * How the stable version is run: as its own commit says. The tip may say something else by now, or be broken.
 * It counts only where that commit cannot be read any more: history was rewritten, or an older autoland wrote it.
 */
export async function serviceOf(git: Git, commit: Sha): Promise<Service> {
  try {
    return configured(await configAt(git, commit));
  } catch (thrown) {
    const tip = await new BranchRules(git, false).load().catch(() => undefined);
    if (tip?.config.service == null) throw thrown;
    return tip.config.service;
  }
}

export function configured(config: Config): Service {
  if (config.service !== null) return config.service;
  throw new AutolandError('config.invalid', 'expected a service in .autoland/autoland.yaml, found none', {
    mend: 'add service: to it; docs/guide/configuration.md shows how',
  });
}

/** Nobody else changes meanwhile which version is stable; freed by the kernel when this process is killed. */
export function changingStable<T>({ store }: Repository, work: () => Promise<T>): Promise<T> {
  return store.exclusively(lockName, work);
}

/**
 * A release compares with what is stable, so it does not begin while a person changes that. And not the other way
 * round: once the merge is journalled, as it is before every release, `autoland adopt` is refused.
 */
export function releasesRest(stages: readonly BoundStage[], { store }: Repository): readonly BoundStage[] {
  return stages.map((stage) =>
    stage.name !== 'release'
      ? stage
      : {
          ...stage,
          run: async (ctx) =>
            (await store.isBusy(lockName))
              ? { kind: 'again', at: new Date(ctx.now.getTime() + restMs) }
              : stage.run(ctx),
        },
  );
}

const lockName = 'production';
const restMs = 250;

export type Keeper = { readonly repository: Repository; readonly git: Git; readonly runtime: Runtime };

/** After a restart: the stable version runs and is routed to. */
export function keepStableRunning(keeper: Keeper): Promise<void> {
  const { repository, git, runtime } = keeper;
  return changingStable(repository, async () => {
    const { stable } = await repository.ledger();
    if (stable === null) return;
    await runtime.start(serviceSpec(await serviceOf(git, stable.commit)), stable.digest);
    const astray = await unrouted(keeper);
    if (astray === undefined) return;
    await runtime.route({ service: astray.service, stable: astray.digest, candidate: null });
  });
}

/** Whether a person changes now which version is stable. */
export function isChangingStable({ store }: Repository): Promise<boolean> {
  return store.isBusy(lockName);
}

/**
 * The stable version where the route does not say so. A change in production routes for itself; in between, the ledger
 * says where everybody goes. It is read after the routes: what was promoted meanwhile is not taken for a stray.
 */
async function unrouted({ repository, runtime }: Keeper): Promise<Stable | undefined> {
  const routes = await runtime.routes();
  const ledger = await repository.ledger();
  const { stable } = ledger;
  if (stable === null) return undefined;
  const found = routes.find(({ service }) => service === stable.service);
  if (found === undefined) return stable;
  const isDecided = found.stable === stable.digest && found.candidate === null;
  return isDecided || inProduction(ledger) !== undefined ? undefined : stable;
}
