import { randomUUID } from 'node:crypto';
import { RuntimeClient } from '../adapters/runtime/processes/runtime-client.ts';
import { serviceSpec } from '../config/plans.ts';
import { policyDigest } from '../config/policy-digest.ts';
import { AutolandError } from '../domain/errors.ts';
import { verificationSummary } from '../domain/statements.ts';
import type { Rules } from '../ports/rules.ts';
import type { Runtime } from '../ports/runtime.ts';
import { inProduction } from '../views/ledger.ts';
import type { PlaceOptions } from './place.ts';
import { openRepository, type Repository } from './repository.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

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
    const busy = inProduction(await repository.ledger());
    if (busy !== undefined)
      throw new AutolandError(
        'rollout.not-allowed',
        `${busy.id} is in its rollout; there can be one at a time`,
        {
          mend: `wait for it, or take it back first: autoland rollback ${busy.id}`,
        },
      );
    const rules = await workshop.rules.load();
    const name = configured(rules).name;
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
  workshop: Workshop,
  runtime: Runtime,
): Promise<string | undefined> {
  const { stable } = await repository.ledger();
  if (stable !== null) return stable.digest;
  const rules = await workshop.rules.load();
  if (rules.config.service === null) return undefined;
  return (await adopt({ repository, workshop, runtime, actor: 'deployer' }, rules)).digest;
}

/** After a restart of the machine: the stable version runs and is routed to. A route that exists is left as it is. */
export async function keepStableRunning(
  repository: Repository,
  workshop: Workshop,
  runtime: Runtime,
): Promise<void> {
  const { stable } = await repository.ledger();
  if (stable === null) return;
  await runtime.start(serviceSpec(configured(await workshop.rules.load())), stable.digest);
  const routes = await runtime.routes();
  if (routes.some(({ service }) => service === stable.service)) return;
  await runtime.route({ service: stable.service, stable: stable.digest, candidate: null });
}

type Adopter = {
  readonly repository: Repository;
  readonly workshop: Workshop;
  readonly runtime: Runtime;
  readonly actor: string;
};

async function adopt({ repository, workshop, runtime, actor }: Adopter, rules: Rules): Promise<Adopted> {
  const service = configured(rules);
  const { commit } = rules;
  const built = await workshop.builder.build(commit, rules.config);
  if ('failed' in built)
    throw new AutolandError(
      'runtime.unhealthy',
      `${commit.slice(0, 10)} could not be built: ${built.failed}`,
      {
        mend: 'make the commands of .autoland/autoland.yaml succeed on the protected branch',
      },
    );
  const { digest } = built;
  await repository.record('service.adopting', actor, { service: service.name, commit, digest });
  const log = await workshop.auditLog.publish();
  const now = repository.clock.now();
  const statement = verificationSummary({
    subject: { name: service.name, digest },
    resource: `service:${service.name}`,
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
  await runtime.start(serviceSpec(service), digest);
  await runtime.route({ service: service.name, stable: digest, candidate: null });
  const adopted = { service: service.name, commit, digest };
  const tree = (await workshop.git.history(null, commit)).at(-1)?.tree ?? '';
  await repository.record('service.stable', actor, { ...adopted, tree });
  return adopted;
}

function configured(rules: Rules) {
  if (rules.config.service !== null) return rules.config.service;
  throw new AutolandError('config.invalid', 'expected a service in .autoland/autoland.yaml, found none', {
    mend: 'add service: to it; docs/guide/configuration.md shows how',
  });
}
