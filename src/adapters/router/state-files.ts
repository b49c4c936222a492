import { stopFileThere } from '../controls/file-controls.ts';
import { readFlagFile } from '../flags/flag-file.ts';
import { readKills } from '../flags/tombstones.ts';
import { privateDir } from '../runtime/files.ts';
import { type RoutedService, readRoutes } from '../runtime/routes-file.ts';
import type { StateLayout } from '../runtime/state-layout.ts';
import { watchFiles } from '../runtime/watch-files.ts';
import type { Facts } from './exposure.ts';

export type { RoutedService } from '../runtime/routes-file.ts';

type StateSnapshot = {
  readonly facts: Omit<Facts, 'route'>;
  /** undefined: routes.json cannot be read. */
  readonly routes: readonly RoutedService[] | undefined;
};

/** A few small files. */
function readState(layout: StateLayout): StateSnapshot {
  return {
    facts: {
      stopped: stopFileThere(layout.stop),
      killed: readKills(layout.kills),
      flags: orElse(() => readFlagFile(layout.flags), new Map()),
    },
    routes: orElse(() => readRoutes(layout), undefined),
  };
}

/**
 * Answers what reads everything anew and hands it on. Where routes.json cannot be read, what was stable stays so, and nobody meets a
 * candidate.
 */
export function follower(
  layout: StateLayout,
  service: string,
  update: (facts: StateSnapshot['facts'], service: RoutedService | undefined) => void,
): () => void {
  let known: RoutedService | undefined;
  return () => {
    const { facts, routes } = readState(layout);
    if (routes !== undefined) known = routes.find((one) => one.route.service === service);
    else if (known !== undefined) known = { ...known, route: { ...known.route, candidate: null } };
    update(facts, known);
  };
}

/** Calls `changed` when one of the files does, and once a second. Answers the function that ends it. */
export function watchState(layout: StateLayout, changed: () => void): () => void {
  privateDir(layout.kills);
  const { root, flags, routes, stop, kills } = layout;
  return watchFiles({ root, files: [flags, routes, stop], directories: [kills] }, changed);
}

function orElse<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
