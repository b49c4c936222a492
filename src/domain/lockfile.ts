import { AutolandError, messageOf } from './errors.ts';
import { type Catalogs, noCatalogs } from './lockfile/catalogs.ts';
import type { Dialect, Lockfile } from './lockfile/model.ts';
import { parseNpm } from './lockfile/npm.ts';
import { parsePnpm } from './lockfile/pnpm.ts';
import { parseYarnBerry } from './lockfile/yarn-berry.ts';
import { type Projects, parseYarnClassic } from './lockfile/yarn-classic.ts';

export { directPaths, newEntries, packageChanges } from './lockfile/changes.ts';
export {
  asked,
  type Dialect,
  findInstalled,
  isProject,
  type LockEntry,
  type Lockfile,
  nameFromPath,
} from './lockfile/model.ts';

/** Throws `lockfile.invalid` for anything that is not an npm lockfile of version 2 or 3. */
export function parseLockfile(text: string): Lockfile {
  return parseLockfileOf('npm', text, new Map());
}

type Parser = (text: string, projects: Projects, catalogs: Catalogs) => Lockfile;

const parsers: Readonly<Record<Dialect, Parser>> = {
  npm: parseNpm,
  pnpm: parsePnpm,
  'yarn-classic': parseYarnClassic,
  'yarn-berry': (text, projects, catalogs) => parseYarnBerry(text, projects.get(''), catalogs),
};

const mends: Readonly<Record<Dialect, string>> = {
  npm: 'regenerate it with `npm install --package-lock-only` of npm 7 or later',
  pnpm: 'regenerate it with `pnpm install --lockfile-only` of pnpm 8 or later',
  'yarn-classic': 'regenerate it with `yarn install`',
  'yarn-berry': 'regenerate it with `yarn install --mode=update-lockfile`',
};

/**
 * `projects`: the manifests beside it, which Yarn needs; `catalogs`: what `catalog:` means in them, which Yarn does not repeat.
 * Throws `lockfile.invalid` for what cannot be read with certainty.
 */
export function parseLockfileOf(
  dialect: Dialect,
  text: string,
  projects: Projects,
  catalogs: Catalogs = noCatalogs,
): Lockfile {
  try {
    return parsers[dialect](text, projects, catalogs);
  } catch (error) {
    const message = `The lockfile cannot be read: ${messageOf(error)}.`;
    throw new AutolandError('lockfile.invalid', message, { mend: mends[dialect], cause: error });
  }
}
