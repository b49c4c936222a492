import type { Admission, Client } from './admission.ts';
import type { Evaluator } from './evaluator.ts';
import type { Asking, FlagFeed } from './flag-feed.ts';
import { digestOf, flagSetText, type Selection } from './snapshot.ts';

/** What every protocol of the flag service works with. */
export type Serving = {
  readonly feed: FlagFeed;
  readonly admission: Admission;
  readonly evaluator: Evaluator;
  readonly environment: string;
};

/** flagd's flag set, made once for all who ask for the same. */
export function flagSetOf({ feed, environment }: Serving, selection: Selection): string {
  return feed.once(`set ${selection.service ?? ''}`, () => flagSetText(feed.current, selection, environment));
}

/** Names what is served; the same in another process that serves the same. */
export function digestFor(serving: Serving, selection: Selection): string {
  return serving.feed.once(`digest ${selection.service ?? ''}`, () =>
    digestOf(flagSetOf(serving, selection)),
  );
}

/** Whoever has heard nothing for so long is told something, so that both sides notice a dead connection. */
export const QUIET_MS = 15_000;

export type Turn = 'look' | 'revoked';

/**
 * For a stream: a turn at once, and one whenever something may have changed, until `signal` aborts or the client's
 * token is revoked. Who is slow gets fewer turns, never a backlog.
 */
export async function* turns(
  serving: Serving,
  client: Client,
  signal: AbortSignal,
  asking: Asking,
): AsyncGenerator<Turn> {
  while (!signal.aborted) {
    const { revision } = serving.feed;
    if (!serving.admission.stands(client)) return yield 'revoked';
    yield 'look';
    if (serving.feed.revision === revision) await serving.feed.changed(signal, QUIET_MS, asking);
  }
}
