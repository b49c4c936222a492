import { randomBytes } from 'node:crypto';
import { flushCompileCache } from 'node:module';
import { RouterClient } from '../adapters/router/router-client.ts';
import { awaitRelease, endWithStdin } from '../adapters/runtime/keep-alive.ts';
import { RuntimeClient } from '../adapters/runtime/processes/runtime-client.ts';
import { ChildRedactor } from '../adapters/secret-scanner/child-redactor.ts';
import { ControlLock } from '../adapters/store/control-lock.ts';
import { messageOf } from '../domain/errors.ts';
import type { Built } from '../domain/stage.ts';
import { submit } from '../engine/submit.ts';
import { Worker } from '../engine/worker.ts';
import { type PipelinePorts, pipeline } from '../pipeline.ts';
import { crashSeenType, seenCrashes } from '../views/crashes.ts';
import { measuredOf, standingOf } from '../views/judge-standing.ts';
import { serveApi } from './api.ts';
import { journalActsOften } from './journal/journal-acts.ts';
import { keepHouse } from './journal/keep-house.ts';
import { draw, measureJudgeOften } from './judge/measure-judge.ts';
import { recordedModels } from './models/model-source.ts';
import type { PlaceOptions } from './place/place.ts';
import { openRepository, type Repository } from './place/repository.ts';
import { takeRepository } from './place/take-repository.ts';
import { ClaimedVersions } from './scan/crash-versions.ts';
import { watchCrashes } from './scan/crashes.ts';
import { proposeAnewOften } from './scan/propose-anew.ts';
import { openWorkshop, type Workshop } from './scan/workshop.ts';
import { adoptIfFirst } from './serving/adopt.ts';
import { watchDrift } from './serving/drift.ts';
import { LateWitness } from './serving/late-witness.ts';
import { keepStableRunning, releasesRest, serviceOf } from './serving/stable.ts';
import { workOnTasksOften } from './tasks/often.ts';
import { tellTrouble } from './trouble.ts';

export type ControlPlaneOptions = PlaceOptions & {
  readonly unsignedAllowed: boolean;
  /** Ends when standard input closes. */
  readonly ephemeral: boolean;
  /** Where each service is served; null: where a front door of the operator's own says. */
  readonly urls: Readonly<Record<string, string | null>>;
  /** Tell people's terminals what programs are told. */
  readonly json: boolean;
};

/** How many changes are worked on at once: one tests, others wait for it. And how many more that are in production. */
const [concurrency, reserved] = [4, 2];
const idleMs = 50;

/** The process that decides: takes the lock, puts the stable version in its place, and works until it is ended. */
export async function runControlPlane(options: ControlPlaneOptions): Promise<void> {
  await awaitRelease();
  await using closing = new AsyncDisposableStack();
  const repository = closing.use(await openRepository(options, 'write'));
  const lock = ControlLock.take(repository.place.files.lock);
  closing.defer(() => lock.free());
  const owned = takeRepository(repository.place);
  closing.defer(() => owned.free());
  const workshop = await openWorkshop(repository, options);
  closing.defer(() => workshop.close());
  const api = await serveApi(repository);
  closing.defer(() => api.close());
  const ports = bind(repository, workshop);
  const keeper = { repository, git: workshop.git, runtime: ports.runtime };
  await keepStableRunning(keeper);
  const stables = await adoptIfFirst(repository, workshop, ports.runtime);
  await repository.record('control-plane.started', 'deployer', {
    pid: process.pid,
    unsignedAllowed: options.unsignedAllowed,
  });
  // The lock says that whoever held a claim is dead.
  await repository.store.takeOver();
  const publishing = publishOften(workshop);
  closing.defer(() => clearInterval(publishing));
  const proposing = proposeAnewOften(repository, workshop);
  closing.defer(() => proposing.stop());
  const working = workOnTasksOften(repository, workshop);
  closing.defer(() => working.stop());
  const measuring = measureJudgeOften(repository, { ...ports, draw });
  closing.defer(() => measuring.stop());
  const drift = watchDrift(keeper);
  closing.defer(() => drift.stop());
  const crashing = watchCrashes({
    repository,
    exceptions: ports.runtime,
    releases: workshop.releases,
    versions: new ClaimedVersions({ repository, ...workshop }),
    redactor: new ChildRedactor(),
  });
  closing.defer(() => crashing.stop());
  const tidying = keepHouse(repository, options, workshop.rules);
  closing.defer(() => clearInterval(tidying));
  const journalling = journalActsOften(repository);
  closing.defer(() => clearInterval(journalling));
  const worker = makeWorker(repository, workshop, ports);
  const stop = () => worker.stop();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  if (options.ephemeral) endWithStdin(stop);
  else process.stdin.destroy();
  flushCompileCache();
  sayReady(options, stables);
  await worker.run();
  await workshop.auditLog.publish();
  if (options.ephemeral) process.stdin.destroy();
}

function makeWorker(repository: Repository, workshop: Workshop, ports: PipelinePorts): Worker {
  const { store, clock } = repository;
  const engine = { journal: store, outbox: store, auditLog: workshop.auditLog, clock };
  return new Worker(engine, releasesRest(pipeline(ports), repository), {
    holder: `control-plane-${process.pid}`,
    concurrency,
    reserved,
    idleMs,
    onTrouble: (message) => tellTrouble(message),
  });
}

export function bind(
  repository: Repository,
  workshop: Workshop,
): PipelinePorts & { readonly runtime: RuntimeClient } {
  const { place, store, clock, controls, flags } = repository;
  const runtime = new RuntimeClient({ stateDir: place.state });
  const models = recordedModels({ repository, ...workshop });
  return {
    ...workshop,
    clock,
    controls,
    flags,
    runtime,
    reports: runtime,
    witness: new LateWitness((service) => new RouterClient(place.state, service)),
    models: models('judge'),
    driverModels: models('test-writer'),
    onDrivers: (kept) => workshop.shelf.put(kept),
    standing: async (judge, of) => standingOf(measuredOf(await repository.judgeMeasures(), judge, of)),
    journal: store,
    ledger: () => repository.ledger(),
    autonomy: () => repository.autonomy(),
    seenCrashes: async () => seenCrashes(await store.read({ types: [crashSeenType] })),
    promotedFlags: () => repository.promotedFlags(),
    serviceAt: (commit, service) => serviceOf(workshop.git, commit, service),
    nonce: () => randomBytes(9).toString('base64url').replaceAll(/[-_]/g, 'x'),
    propose: async (proposal) => {
      const ports = { journal: store, outbox: store, clock };
      return (await submit(ports, await repository.ledger(), proposal, 'deployer')).change;
    },
  };
}

/** Effects publish for themselves; this covers what nobody acts on. */
function publishOften(workshop: Workshop): NodeJS.Timeout {
  return setInterval(() => {
    workshop.auditLog.publish().catch((thrown: unknown) => {
      tellTrouble(`the audit log could not be published: ${messageOf(thrown)}`);
    });
  }, 2_000);
}

function sayReady({ urls, unsignedAllowed, json }: ControlPlaneOptions, stables: readonly Built[]): void {
  const services = Object.entries(urls).map(([service, url]) => ({
    service,
    url,
    stable: stables.find((one) => one.service === service)?.digest ?? null,
  }));
  const line = { event: 'ready', services, unsignedAllowed };
  if (json) return void process.stdout.write(`${JSON.stringify(line)}\n`);
  const how = unsignedAllowed ? '' : ' It only proposes: the policy is unsigned (--allow-unsigned-policy).';
  process.stdout.write(`autoland is ready; ${whereOf(services)}.${how} End it with Ctrl-C.\n`);
}

function whereOf(services: readonly { readonly service: string; readonly url: string | null }[]): string {
  const [first, ...others] = services;
  if (first === undefined) return 'no service is configured: changes are merged, not released';
  const at = (url: string | null) => `is at ${url ?? 'its own front door'}`;
  if (others.length === 0) return `the service ${at(first.url)}`;
  return services.map(({ service, url }) => `${service} ${at(url)}`).join(', ');
}
