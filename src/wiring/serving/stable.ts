import { serviceSpec } from '../../config/plans.ts';
import { type Config, type ServiceConfig, serviceNamed, servicesOf } from '../../config/schema.ts';
import type { Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { BoundStage } from '../../engine/bound-stage.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { Runtime } from '../../ports/runtime.ts';
import { inProduction } from '../../views/ledger.ts';
import { type Stable, stablesOf } from '../../views/production.ts';
import type { Repository } from '../place/repository.ts';
import { BranchRules, configAt } from '../place/rules.ts';

type Git = Pick<GitReader, 'resolve' | 'readFile'>;

/**
 * How a stable version is run: as its own commit says. The tip may say something else by now, or be broken.
 * It counts only where that commit cannot be read any more: history was rewritten, or an older autoland wrote it.
 */
export async function serviceOf(git: Git, commit: Sha, name: string): Promise<ServiceConfig> {
  try {
    return named(await configAt(git, commit), name);
  } catch (thrown) {
    const tip = await new BranchRules(git, false).load().catch(() => undefined);
    const service = tip && serviceNamed(tip.config, name);
    if (service === undefined) throw thrown;
    return service;
  }
}

function named(config: Config, name: string): ServiceConfig {
  const service = serviceNamed(config, name);
  if (service !== undefined) return service;
  throw new AutolandError(
    'config.invalid',
    `expected a service ${name} in .autoland/autoland.yaml, found none`,
    {
      mend: 'add it again, or let the branch go on without it: autoland adopt',
    },
  );
}

/** At least one. */
export function configured(config: Config): readonly ServiceConfig[] {
  const services = servicesOf(config);
  if (services.length > 0) return services;
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

/** After a restart: the stable versions run and are routed to. */
export function keepStableRunning(keeper: Keeper): Promise<void> {
  const { repository, git, runtime } = keeper;
  return changingStable(repository, async () => {
    for (const stable of stablesOf((await repository.ledger()).production)) {
      const spec = serviceSpec(await serviceOf(git, stable.commit, stable.service));
      await runtime.start(spec, stable.digest);
    }
    for (const { service, digest } of await unrouted(keeper))
      await runtime.route({ service, stable: digest, candidate: null });
  });
}

/** Whether a person changes now which version is stable. */
export function isChangingStable({ store }: Repository): Promise<boolean> {
  return store.isBusy(lockName);
}

/**
 * The stable versions where routes do not say so. A change in production routes for itself; in between, the ledger
 * says where everybody goes. It is read after the routes: what was promoted meanwhile is not taken for a stray.
 */
async function unrouted({ repository, runtime }: Keeper): Promise<readonly Stable[]> {
  const routes = await runtime.routes();
  const ledger = await repository.ledger();
  const isBusy = inProduction(ledger) !== undefined;
  return stablesOf(ledger.production).filter(({ service, digest }) => {
    const found = routes.find((route) => route.service === service);
    if (found === undefined) return true;
    return !isBusy && !(found.stable === digest && found.candidate === null);
  });
}
