import type { LockEntry } from '../../../domain/lockfile.ts';
import { commandsOf } from '../../../domain/npm/commands.ts';
import { byText, sortedEntries } from '../../../domain/npm/order.ts';
import type { PackageAbout, PackageManifest } from '../../../domain/npm/package.ts';
import type { Problem } from '../facts.ts';

type Rule = (entry: LockEntry, served: PackageManifest) => Claimed | undefined;
type Claimed = {
  readonly code: string;
  readonly what: string;
  readonly locked: string;
  readonly real: string;
};

/**
 * What a lockfile repeats of a package's manifest is what its tarball says: managers believe the lockfile. An invented
 * command shadows another package's or the system's; an invented platform makes an optional package be skipped.
 */
export function claimsDiffer(entry: LockEntry, served: PackageManifest): readonly Problem[] {
  return rules.flatMap((rule) => {
    const found = rule(entry, served);
    if (found === undefined) return [];
    const { code, what, locked, real } = found;
    const key = `${entry.name}@${entry.version ?? ''}`;
    const detail = `${what} of ${key}: the lockfile says ${locked || 'none'}, its tarball ${real || 'none'}.`;
    return [{ code, detail }];
  });
}

const bin: Rule = ({ claims, dialect, name, path }, { about }) => {
  // npm leaves it out where there is none, Yarn too; pnpm and Yarn 1 never name them.
  if (dialect !== 'npm' && dialect !== 'yarn-berry') return undefined;
  if (path.includes('@patch:')) return undefined;
  const locked = new Map(Object.entries(commandsOf(name, Object.fromEntries(claims.bin ?? []))));
  const real = new Map(Object.entries(about.bin));
  if (about.binFolder !== undefined && lieIn(about.binFolder, locked)) return undefined;
  return differing('integrity.bin-differs', 'Commands', told(locked), told(real));
};

/** What a folder of commands holds is not in the manifest. */
function lieIn(folder: string, commands: ReadonlyMap<string, string>): boolean {
  const root = `${folder.replace(/^(?:\.?\/)+|\/+$/g, '')}/`;
  return [...commands].every(([name, file]) => file === `${root}${name}`);
}

const told = (commands: ReadonlyMap<string, string>): string =>
  sortedEntries(commands)
    .map(([name, file]) => `${name} (${file})`)
    .join(', ');

const hasBin: Rule = ({ claims }, { about }) => {
  if (claims.hasBin === undefined || about.binFolder !== undefined) return undefined;
  const real = Object.keys(about.bin).length > 0;
  return differing('integrity.bin-differs', 'Commands', yesOr(claims.hasBin), yesOr(real));
};

const yesOr = (is: boolean): string => (is ? 'that there are some' : '');

function platform(key: 'os' | 'cpu' | 'libc'): Rule {
  return ({ claims, dialect }, { about }) => {
    const locked = [...(claims[key] ?? [])].sort(byText).join(', ');
    const real = [...about[key]].sort(byText).join(', ');
    // Older versions do not write down which C library; Yarn 1 writes down none of this.
    const isLeftOut = locked === '' && (key === 'libc' || dialect === 'yarn-classic');
    return isLeftOut ? undefined : differing('integrity.platform-differs', `"${key}"`, locked, real);
  };
}

const engines: Rule = ({ claims }, { about }) =>
  claims.engines === undefined
    ? undefined
    : differing('integrity.engines-differ', '"engines"', claims.engines, about.engines ?? '');

const bundles: Rule = ({ claims, dialect }, { about }) => {
  if (dialect !== 'npm' && dialect !== 'pnpm') return undefined;
  const locked = [...(claims.bundles ?? [])].sort(byText).join(', ');
  // pnpm writes `true` where all are.
  if (locked === 'true' && about.bundles.length > 0) return undefined;
  return differing(
    'integrity.bundle-differs',
    'Bundled packages',
    locked,
    [...about.bundles].sort(byText).join(', '),
  );
};

const shrinkwrap: Rule = ({ claims, dialect }, { about }) =>
  dialect === 'npm' && claims.shrinkwrap !== about.hasShrinkwrap
    ? differing(
        'integrity.shrinkwrap-differs',
        'A lockfile of its own',
        yes(claims.shrinkwrap),
        yes(about.hasShrinkwrap),
      )
    : undefined;

const yes = (is: boolean): string => (is ? 'that there is one' : '');

const installScript: Rule = ({ hasInstallScript }, served) =>
  hasInstallScript === true && !runsAtInstall(served)
    ? { code: 'integrity.script-differs', what: 'Install scripts', locked: 'that there is one', real: '' }
    : undefined;

/** What npm notes as an install script; that one is left out is a finding of the guardrail `install-scripts`. */
function runsAtInstall({ scripts, hasGypFile }: PackageManifest): boolean {
  return (
    hasGypFile ||
    ['preinstall', 'install', 'postinstall', 'prepare'].some((each) => Object.hasOwn(scripts, each))
  );
}

function differing(code: string, what: string, locked: string, real: string): Claimed | undefined {
  return locked === real ? undefined : { code, what, locked, real };
}

const rules: readonly Rule[] = [
  bin,
  hasBin,
  platform('os'),
  platform('cpu'),
  platform('libc'),
  engines,
  bundles,
  shrinkwrap,
  installScript,
];

/** Packages of which the manifest alone does not tell what is installed. */
export function bringsItsOwnLock({ about }: { readonly about: PackageAbout }): boolean {
  return about.hasShrinkwrap;
}
