import { messageOf } from '../domain/errors.ts';
import { dependencySource, overtakenPackages } from '../views/ledger.ts';
import type { Repository } from './repository.ts';
import { scan } from './scan.ts';
import type { Workshop } from './workshop.ts';

const lookMs = 500;
/** After a failure, such as a registry that is down. */
const pauseMs = 30_000;

/**
 * Updates that the branch has overtaken are proposed anew on today's tip: a lockfile is regenerated, never merged as text.
 * What was scanned last is read from the journal, so a killed process neither forgets one nor proposes it twice.
 */
export function proposeAnewOften(repository: Repository, workshop: Workshop): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  let isBusy = false;
  let notBefore = 0;
  const timer = setInterval(() => {
    if (isBusy || performance.now() < notBefore) return;
    isBusy = true;
    running = proposeAnew(repository, workshop)
      .catch((thrown: unknown) => {
        notBefore = performance.now() + pauseMs;
        process.stderr.write(
          `autoland: an overtaken update could not be proposed anew: ${messageOf(thrown)}\n`,
        );
      })
      .finally(() => {
        isBusy = false;
      });
  }, lookMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

async function proposeAnew(repository: Repository, workshop: Workshop): Promise<void> {
  const scans = await repository.store.read({ types: ['agents.scanned'] });
  const only = overtakenPackages(await repository.ledger(), scans.at(-1)?.at ?? null);
  if (only.length > 0) await scan(repository, workshop, { actor: dependencySource, dryRun: false, only });
}
