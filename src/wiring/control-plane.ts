import { randomBytes } from 'node:crypto';
import { noJudge } from '../adapters/judge/none.ts';
import { RouterClient } from '../adapters/router/router-client.ts';
import { endWithStdin } from '../adapters/runtime/keep-alive.ts';
import { RuntimeClient } from '../adapters/runtime/processes/runtime-client.ts';
import { ControlLock } from '../adapters/store/control-lock.ts';
import { messageOf } from '../domain/errors.ts';
import { submit } from '../engine/submit.ts';
import { Worker } from '../engine/worker.ts';
import { type PipelinePorts, pipeline } from '../pipeline.ts';
import { adoptIfFirst, keepStableRunning } from './adopt.ts';
import { serveApi } from './api.ts';
import { LateWitness } from './late-witness.ts';
import type { PlaceOptions } from './place.ts';
import { openRepository, type Repository } from './repository.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

export type ControlPlaneOptions = PlaceOptions & {
  readonly unsignedAllowed: boolean;
  /** Ends when standard input closes. */
  readonly ephemeral: boolean;
  /** Where the service is served: for people. */
  readonly url: string;
};

/** How many changes are worked on at once: two may test, others look at canaries meanwhile. */
const concurrency = 4;
const idleMs = 50;

/** The process that decides: takes the lock, puts the stable version in its place, and works until it is ended. */
export async function runControlPlane(options: ControlPlaneOptions): Promise<void> {
  const repository = await openRepository(options, 'write');
  const lock = ControlLock.take(repository.place.files.lock);
  const workshop = await openWorkshop(repository, options);
  const ports = bind(repository, workshop);
  const worker = new Worker(
    { ...repository, journal: repository.store, outbox: repository.store, auditLog: workshop.auditLog },
    pipeline(ports),
    {
      holder: `control-plane-${process.pid}`,
      concurrency,
      idleMs,
      onTrouble: (message) => process.stderr.write(`autoland: ${message}\n`),
    },
  );
  const publishing = publishOften(workshop);
  const api = await serveApi(repository);
  const end = async () => {
    worker.stop();
    clearInterval(publishing);
    await api.close();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end());
  if (options.ephemeral) endWithStdin(() => void end());
  const stable = await keepStableRunning(repository, workshop, ports.runtime).then(() =>
    adoptIfFirst(repository, workshop, ports.runtime),
  );
  await repository.record('control-plane.started', 'deployer', {
    pid: process.pid,
    unsignedAllowed: options.unsignedAllowed,
  });
  say({ event: 'ready', url: options.url, stable: stable ?? null, unsignedAllowed: options.unsignedAllowed });
  await worker.run();
  await workshop.auditLog.publish();
  await workshop.close();
  lock.free();
  repository.store.close();
}

export function bind(repository: Repository, workshop: Workshop): PipelinePorts {
  const { place, store, clock, controls, flags } = repository;
  const runtime = new RuntimeClient({ stateDir: place.state });
  return {
    ...workshop,
    clock,
    controls,
    flags,
    runtime,
    witness: new LateWitness((service) => new RouterClient(place.state, service)),
    judge: noJudge,
    timeoutMs: 120_000,
    nodeVersion: process.version,
    ledger: () => repository.ledger(),
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
      process.stderr.write(`autoland: the audit log could not be published: ${messageOf(thrown)}\n`);
    });
  }, 2_000);
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
