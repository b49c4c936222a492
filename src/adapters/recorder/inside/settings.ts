import { readFileSync } from 'node:fs';
import type { Fault } from './mutate/disturber.ts';
import type { WatchedModules } from './own-modules.ts';

/** What the process that starts the tests asks of those that run them: `settings.json` beside these files. */
export type Settings = {
  /** Names of the packages whose boundary is watched. */
  readonly packages: readonly string[];
  /** Absent: none of the project's own. */
  readonly modules?: WatchedModules;
  /** A directory that may be written to. */
  readonly records: string;
  /** Of what is random: what differs between two seeds was never the package's answer. */
  readonly seed: number;
  /** Instead of recording, a fault is made; `disturbed`: the file that is there once a result has been replaced. */
  readonly disturb?: { readonly fault: Fault; readonly disturbed: string };
};

export function readSettings(): Settings {
  return JSON.parse(readFileSync(new URL('./settings.json', import.meta.url), 'utf8')) as Settings;
}
