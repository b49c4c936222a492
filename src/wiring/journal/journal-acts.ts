import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { killFromOutside } from '../../adapters/flags/tombstones.ts';
import { isErrno } from '../../adapters/runtime/files.ts';
import { messageOf } from '../../domain/errors.ts';
import type { Repository } from '../place/repository.ts';
import { journalBranchStop } from '../serving/stop-on-branch.ts';
import { tellTrouble } from '../trouble.ts';

const lookMs = 1_000;

/**
 * A kill is a file that anybody may have written while no journal was at hand: the command, the flag service for a
 * token, a person with `touch`. Each is journalled once, by whoever comes first; what a rollout closes is an effect of
 * its own. `seen` spares reading again what was looked at before.
 */
export async function journalKills(
  { place, store }: Pick<Repository, 'place' | 'store'>,
  seen: Set<string> = new Set(),
): Promise<void> {
  // An older autoland journalled the kills of its command without a key that makes them one.
  if (seen.size === 0)
    for (const { data } of await store.read({ types: ['flag.killed'] })) seen.add(String(data.flag));
  for (const flag of namesIn(place.files.kills)) {
    // One that its rollout closed may be killed by a person later: then it has grown.
    const now = `${flag} ${sizeOf(place.files.kills, flag)}`;
    if (seen.has(flag) || seen.has(now)) continue;
    const kill = killFromOutside(place.files.kills, flag);
    if (kill !== undefined) {
      const { by, ...data } = kill;
      const events = [{ type: 'flag.killed', actor: by, data: { flag, ...data } }];
      await store.append({ events, once: `flag.killed ${flag}` });
    }
    seen.add(kill === undefined ? now : flag);
  }
}

/** Kills, and a red button on the branch: also those of the time when no control plane ran. */
export function journalActsOften(repository: Repository): NodeJS.Timeout {
  const seen = new Set<string>();
  let isBusy = false;
  const look = async () => {
    if (isBusy) return;
    isBusy = true;
    try {
      await journalKills(repository, seen);
      await journalBranchStop(repository);
    } catch (thrown) {
      tellTrouble(`kills could not be journalled: ${messageOf(thrown)}`);
    } finally {
      isBusy = false;
    }
  };
  void look();
  return setInterval(() => void look(), lookMs);
}

function sizeOf(kills: string, flag: string): number {
  return statSync(join(kills, flag)).size;
}

function namesIn(kills: string): readonly string[] {
  try {
    return readdirSync(kills);
  } catch (thrown) {
    if (isErrno(thrown, 'ENOENT')) return [];
    throw thrown;
  }
}
