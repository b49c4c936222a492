import { randomUUID } from 'node:crypto';
import { RuntimeClient } from '../../adapters/runtime/processes/runtime-client.ts';
import { serviceSpec } from '../../config/plans.ts';
import { policyDigest } from '../../config/policy-digest.ts';
import { serviceNamed, servicesOf } from '../../config/schema.ts';
import type { Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Built } from '../../domain/stage.ts';
import { verificationSummary } from '../../domain/statements.ts';
import type { Attestor } from '../../ports/attestor.ts';
import type { AuditLog } from '../../ports/audit-log.ts';
import type { Builder } from '../../ports/builder.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { ReleaseStore } from '../../ports/release-store.ts';
import type { Rules, RulesSource } from '../../ports/rules.ts';
import type { Runtime } from '../../ports/runtime.ts';
import { inProduction, type Ledger } from '../../views/ledger.ts';
import { stablesOf } from '../../views/production.ts';
import type { PlaceOptions } from '../place/place.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { openWorkshop } from '../scan/workshop.ts';
import { changingStable, configured } from './stable.ts';

export type Adopted = {
  readonly commit: Sha;
  readonly services: readonly Built[];
  /** Services that the branch has no more: they end with the next start of `up`. */
  readonly retired: readonly string[];
};

const adoptionValidMs = 365 * 24 * 60 * 60 * 1000;

/** `autoland adopt`: what the protected branch holds becomes the stable version of all services, by a person's act. `services`: of a dry run their names. */
export async function adoptTip(
  options: PlaceOptions,
  how: { actor: string; dryRun: boolean },
): Promise<Omit<Adopted, 'services'> & { services: readonly Pick<Built, 'service'>[] }> {
  await using repository = await openRepository(options, 'write');
  const workshop = await openWorkshop(repository, { unsignedAllowed: false });
  try {
    const ledger = await repository.ledger();
    assertAtRest(ledger);
    const rules = await workshop.rules.load();
    const services = configured(rules.config).map(({ name }) => ({ service: name }));
    if (how.dryRun) return { commit: rules.commit, services, retired: retiredBy(rules, ledger) };
    const runtime = new RuntimeClient({ stateDir: repository.place.state });
    return await adopt({ repository, workshop, runtime, actor: how.actor }, rules);
  } finally {
    await workshop.close();
  }
}

/** The first start of all: there is nothing to compare a candidate with until something is stable. */
export async function adoptIfFirst(
  repository: Repository,
  workshop: AdoptWorkshop & { readonly rules: RulesSource },
  runtime: Runtime,
): Promise<readonly Built[]> {
  const { production } = await repository.ledger();
  if (production.size > 0) return stablesOf(production);
  const rules = await workshop.rules.load();
  if (servicesOf(rules.config).length === 0) return [];
  return (await adopt({ repository, workshop, runtime, actor: 'deployer' }, rules)).services;
}

type AdoptWorkshop = {
  readonly git: Pick<GitReader, 'resolve' | 'history'>;
  readonly builder: Builder;
  readonly auditLog: AuditLog;
  readonly releases: Pick<ReleaseStore, 'attach'>;
  readonly attestor: Attestor;
};

export type Adopter = {
  readonly repository: Repository;
  readonly workshop: AdoptWorkshop;
  readonly runtime: Runtime;
  readonly actor: string;
};

/**
 * Builds without holding anybody up, then asks again under the lock. It is journalled as stable before it is routed to:
 * killed in between, the control plane routes to it.
 */
export async function adopt(adopter: Adopter, rules: Rules): Promise<Adopted> {
  const { repository, workshop, runtime, actor } = adopter;
  const { commit } = rules;
  const before = await repository.ledger();
  const tree = await treeOf(workshop.git, commit);
  const retired = retiredBy(rules, before);
  const services = await build(workshop, rules);
  await changingStable(repository, async () => {
    assertStillAtRest(await repository.ledger(), before);
    // All of them run before the first of them is routed to.
    for (const [index, service] of configured(rules.config).entries()) {
      const built = services[index];
      if (built === undefined) throw new Error('each service was built');
      await admit(adopter, { ...built, commit }, rules);
      await runtime.start(serviceSpec(service), built.digest);
    }
    for (const { service, digest } of services) {
      await repository.record('service.stable', actor, { service, commit, digest, tree });
      await runtime.route({ service, stable: digest, candidate: null });
    }
    for (const service of retired) await repository.record('service.retired', actor, { service, commit });
  });
  return { commit, services, retired };
}

function retiredBy({ config }: Rules, { production }: Ledger): readonly string[] {
  return [...production.keys()].filter((name) => serviceNamed(config, name) === undefined);
}

function assertAtRest(ledger: Ledger): void {
  const busy = inProduction(ledger);
  if (busy === undefined) return;
  throw new AutolandError('rollout.not-allowed', `${busy.id} is in its rollout; there can be one at a time`, {
    mend: `wait for it, or take it back first: autoland rollback ${busy.id}`,
  });
}

/** Minutes may have gone by: what has landed meanwhile must not be replaced by what is older. */
function assertStillAtRest(ledger: Ledger, before: Ledger): void {
  assertAtRest(ledger);
  const moved = stablesOf(ledger.production).find(({ service, digest, commit }) => {
    const was = before.production.get(service)?.stable;
    return was?.digest !== digest || was.commit !== commit;
  });
  if (moved === undefined) return;
  throw new AutolandError(
    'rollout.not-allowed',
    `${moved.commit.slice(0, 10)} became the stable version of ${moved.service} while this one was built`,
    { mend: 'see autoland status, then adopt again' },
  );
}

async function treeOf(git: Pick<GitReader, 'resolve' | 'history'>, commit: Sha): Promise<Sha> {
  const parent = await git.resolve(`${commit}~1`).catch((thrown: unknown) => {
    if (thrown instanceof AutolandError && thrown.code === 'ref.not-found') return null;
    throw thrown;
  });
  const [own] = await git.history(parent, commit);
  if (own?.sha !== commit) throw new AutolandError('git.failed', `expected the commit ${commit}, found none`);
  return own.tree;
}

async function build({ builder }: AdoptWorkshop, { commit, config }: Rules): Promise<readonly Built[]> {
  const outcome = await builder.build(commit, config);
  if ('failed' in outcome)
    throw new AutolandError(
      'runtime.unhealthy',
      `${commit.slice(0, 10)} could not be built: ${outcome.failed}`,
      { mend: 'make the commands of .autoland/autoland.yaml succeed on the protected branch' },
    );
  return configured(config).map(({ name }) => {
    const digest = outcome.digests[name];
    if (digest === undefined) throw new Error(`the build made nothing for ${name}`);
    return { service: name, digest };
  });
}

/** What the supervisor asks for before it starts a digest: the gate's word, given by a person here. */
async function admit(
  { repository, workshop, actor }: Adopter,
  adopted: Built & { readonly commit: Sha },
  rules: Rules,
): Promise<void> {
  const { service, digest } = adopted;
  await repository.record('service.adopting', actor, adopted);
  const log = await workshop.auditLog.publish();
  const now = repository.clock.now();
  const statement = verificationSummary({
    subject: { name: service, digest },
    resource: `service:${service}`,
    result: 'PASSED',
    at: now,
    policy: { uri: '.autoland/policy.cedar', digest: policyDigest(rules) },
    inputs: [{ uri: 'provenance', digest }],
    change: `adopted by ${actor}`,
    log: { size: log.size, root: log.root },
    expires: new Date(now.getTime() + adoptionValidMs),
    nonce: randomUUID(),
  });
  await workshop.releases.attach(digest, `gate-${service}`, await workshop.attestor.sign('gate', statement));
}
