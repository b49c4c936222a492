import type { Client, Door } from './door.ts';
import type { Evaluator } from './evaluator.ts';
import type { FlagFeed } from './flag-feed.ts';
import { digestOf, flagSetText, type Selection } from './snapshot.ts';

/** What every protocol of the flag service works with. */
export type Room = {
  readonly feed: FlagFeed;
  readonly door: Door;
  readonly evaluator: Evaluator;
  readonly environment: string;
};

/** flagd's flag set, made once for all who ask for the same. */
export function flagSetOf({ feed, environment }: Room, selection: Selection): string {
  return feed.once(`set ${selection.service ?? ''}`, () => flagSetText(feed.current, selection, environment));
}

/** Names what is served; the same in another process that serves the same. */
export function digestFor(room: Room, selection: Selection): string {
  return room.feed.once(`digest ${selection.service ?? ''}`, () => digestOf(flagSetOf(room, selection)));
}

/** Whoever has heard nothing for so long is told something, so that both sides notice a dead connection. */
export const QUIET_MS = 15_000;

export type Turn = 'look' | 'revoked';

/**
 * For a stream: a turn at once, and one whenever something may have changed, until `signal` aborts or the client's
 * token is revoked. Who is slow gets fewer turns, never a backlog.
 */
export async function* turns(room: Room, client: Client, signal: AbortSignal): AsyncGenerator<Turn> {
  while (!signal.aborted) {
    const { revision } = room.feed;
    if (!room.door.stands(client)) return yield 'revoked';
    yield 'look';
    if (room.feed.revision === revision) await room.feed.changed(signal, QUIET_MS);
  }
}
