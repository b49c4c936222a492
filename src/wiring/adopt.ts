import { randomUUID } from 'node:crypto';
import { RuntimeClient } from '../adapters/runtime/processes/runtime-client.ts';
import { serviceSpec } from '../config/plans.ts';
import { policyDigest } from '../config/policy-digest.ts';
import type { Sha } from '../domain/change.ts';
import { AutolandError } from '../domain/errors.ts';
import { verificationSummary } from '../domain/statements.ts';
import type { Attestor } from '../ports/attestor.ts';
import type { AuditLog } from '../ports/audit-log.ts';
import type { Builder } from '../ports/builder.ts';
import type { GitReader } from '../ports/git-host.ts';
import type { ReleaseStore } from '../ports/release-store.ts';
import type { Rules, RulesSource } from '../ports/rules.ts';
import type { Runtime } from '../ports/runtime.ts';
import { inProduction, type Ledger } from '../views/ledger.ts';
import type { PlaceOptions } from './place.ts';
import { openRepository, type Repository } from './repository.ts';
import { changingStable, configured } from './stable.ts';
import { openWorkshop } from './workshop.ts';

export type Adopted = { readonly service: string; readonly commit: string; readonly digest: string };

const adoptionValidMs = 365 * 24 * 60 * 60 * 1000;

/** `autoland adopt`: what the protected branch holds becomes the stable version, by a person's act. */
export async function adoptTip(
  options: PlaceOptions,
  how: { actor: string; dryRun: boolean },
): Promise<{ service: string; commit: string }> {
  await using repository = await openRepository(options, 'write');
  const workshop = await openWorkshop(repository, { unsignedAllowed: false });
  try {
    assertAtRest(await repository.ledger());
    const rules = await workshop.rules.load();
    const { name } = configured(rules.config);
    if (how.dryRun) return { service: name, commit: rules.commit };
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
): Promise<string | undefined> {
  const { stable } = await repository.ledger();
  if (stable !== null) return stable.digest;
  const rules = await workshop.rules.load();
  if (rules.config.service === null) return undefined;
  return (await adopt({ repository, workshop, runtime, actor: 'deployer' }, rules)).digest;
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
  const service = configured(rules.config);
  const { commit } = rules;
  const { stable } = await repository.ledger();
  const tree = await treeOf(workshop.git, commit);
  const digest = await build(workshop, rules);
  const adopted = { service: service.name, commit, digest };
  await changingStable(repository, async () => {
    assertStillAtRest(await repository.ledger(), stable);
    await admit(adopter, adopted, rules);
    await runtime.start(serviceSpec(service), digest);
    await repository.record('service.stable', actor, { ...adopted, tree });
    await runtime.route({ service: service.name, stable: digest, candidate: null });
  });
  return adopted;
}

function assertAtRest(ledger: Ledger): void {
  const busy = inProduction(ledger);
  if (busy === undefined) return;
  throw new AutolandError('rollout.not-allowed', `${busy.id} is in its rollout; there can be one at a time`, {
    mend: `wait for it, or take it back first: autoland rollback ${busy.id}`,
  });
}

/** Minutes may have gone by: what has landed meanwhile must not be replaced by what is older. */
function assertStillAtRest(ledger: Ledger, before: Ledger['stable']): void {
  assertAtRest(ledger);
  const now = ledger.stable;
  if (now?.digest === before?.digest && now?.commit === before?.commit) return;
  throw new AutolandError(
    'rollout.not-allowed',
    `${now?.commit.slice(0, 10)} became the stable version while this one was built`,
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

async function build({ builder }: AdoptWorkshop, { commit, config }: Rules): Promise<string> {
  const built = await builder.build(commit, config);
  if ('digest' in built) return built.digest;
  throw new AutolandError('runtime.unhealthy', `${commit.slice(0, 10)} could not be built: ${built.failed}`, {
    mend: 'make the commands of .autoland/autoland.yaml succeed on the protected branch',
  });
}

/** What the supervisor asks for before it starts a digest: the gate's word, given by a person here. */
async function admit(
  { repository, workshop, actor }: Adopter,
  adopted: Adopted,
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
  await workshop.releases.attach(digest, 'gate', await workshop.attestor.sign('gate', statement));
}
