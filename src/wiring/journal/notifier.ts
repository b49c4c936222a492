import { flushCompileCache } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { openGitReader } from '../../adapters/git-host/local/local-git-host.ts';
import { DeliveryFiles } from '../../adapters/notify/delivery-file.ts';
import { awaitRelease, endWithStdin } from '../../adapters/runtime/keep-alive.ts';
import { Troubles } from '../../adapters/runtime/troubles.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { Receiver } from '../../ports/receiver.ts';
import { stablesOf } from '../../views/production.ts';
import { locate, type Place, type PlaceOptions } from '../place/place.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { BranchRules, configAt } from '../place/rules.ts';
import { receiversOf } from './receivers.ts';
import { Teller } from './tell.ts';

export type NotifierOptions = PlaceOptions & {
  /** Ends when standard input closes. */
  readonly ephemeral: boolean;
};

const lookMs = 500;
/** How often the configuration is read: git is asked for each. */
const rulesMs = 5_000;

/**
 * The process that tells others what happened. It has no key, writes no journal, and nobody waits for it: whatever a receiver does,
 * no change and no rollback is later for it.
 */
export async function runNotifier(options: NotifierOptions): Promise<void> {
  await awaitRelease();
  const ending = new AbortController();
  const end = () => ending.abort();
  process.once('SIGTERM', end).once('SIGINT', end);
  if (options.ephemeral) endWithStdin(end);
  else process.stdin.destroy();
  const troubles = new Troubles();
  const place = await locate(options);
  const { reader, close } = await openGitReader(place.repo);
  flushCompileCache();
  while (!ending.signal.aborted) {
    await troubles.contain('telling others what happened', () =>
      work({ place, reader, troubles }, ending.signal),
    );
    await pause(lookMs, undefined, { signal: ending.signal }).catch(() => {});
  }
  await close();
  // A message may be under way to somebody who hangs; it is told again at the next start.
  process.exit(0);
}

type Parts = { readonly place: Place; readonly reader: GitReader; readonly troubles: Troubles };

/** Until the end, or the first thing that fails; the journal may be there only later, or in an older form. */
async function work({ place, reader, troubles }: Parts, signal: AbortSignal): Promise<void> {
  await using repository = await openRepository({ repo: place.repo, state: place.state }, 'read');
  const { store, clock } = repository;
  const teller = new Teller({ journal: store, files: new DeliveryFiles(place.files.notify), clock });
  const rules = new BranchRules(reader, false);
  let receivers: readonly Receiver[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    if (performance.now() - readAt >= rulesMs) {
      receivers = await currentReceivers({ repository, reader, rules });
      readAt = performance.now();
    }
    await Promise.all(
      receivers.map((receiver) =>
        troubles.contain(`telling ${receiver.name}`, () => teller.tell(receiver, signal)),
      ),
    );
    await pause(lookMs, undefined, { signal }).catch(() => {});
  }
}

/** What is broken on the tip of the branch holds changes, and must not make it silent: then the stable version's own commit says who is told. */
async function currentReceivers(from: {
  readonly repository: Repository;
  readonly reader: GitReader;
  readonly rules: BranchRules;
}): Promise<readonly Receiver[]> {
  const { repository, reader, rules } = from;
  const { repo } = repository.place;
  try {
    return receiversOf((await rules.load()).config, repo);
  } catch (thrown) {
    const known = rules.peek()?.config;
    if (known !== undefined) return receiversOf(known, repo);
    const [stable] = stablesOf((await repository.ledger()).production);
    if (stable === undefined) throw thrown;
    return receiversOf(await configAt(reader, stable.commit), repo);
  }
}
