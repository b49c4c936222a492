import { readFileSync } from 'node:fs';

/** What the process that starts the tests asks of those that run them: `settings.json` beside these files. */
export type Settings = {
  /** Names of the packages whose boundary is watched. */
  readonly packages: readonly string[];
  /** A directory that may be written to. */
  readonly records: string;
  /** Of what is random: what differs between two seeds was never the package's answer. */
  readonly seed: number;
};

export function readSettings(): Settings {
  return JSON.parse(readFileSync(new URL('./settings.json', import.meta.url), 'utf8')) as Settings;
}
