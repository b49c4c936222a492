import semver from 'semver';
import type { Manifest } from '../../../domain/npm/manifest.ts';
import type { Declined } from '../choose/rules.ts';
import { type FetchedDialect, majors, pins, published } from './pins.ts';

/** Of some bytes, as `packageManager` gives it. */
export type Digest = { readonly algorithm: string; readonly hex: string };

/** The package manager that writes a project's lockfile, as a package of the registry. */
export type Manager = {
  readonly dialect: FetchedDialect;
  /** As people call it. */
  readonly title: string;
  readonly name: string;
  readonly version: string;
  /** Inside the package. */
  readonly program: string;
  /** What its tarball must have; undefined: what the registry states of it. */
  readonly integrity: string | undefined;
  /** What the project's `packageManager` says of the tarball, or of the program in it. */
  readonly stated: { readonly of: 'tarball' | 'program'; readonly digest: Digest } | undefined;
};

export type Locked = { readonly dialect: FetchedDialect; readonly version: number };

/** Whose `packageManager` is another one does not install what npm locks. The version does not matter: the npm that is there writes it. */
export function anotherThanNpm(root: Manifest): Declined | undefined {
  const raw = Object.hasOwn(root.raw, 'packageManager') ? root.raw.packageManager : undefined;
  if (raw === undefined || (typeof raw === 'string' && raw.startsWith('npm@'))) return undefined;
  return declined(`the lockfile is npm's: expected npm, found ${JSON.stringify(raw).slice(0, 80)}`);
}

type Named = { readonly name: string; readonly version: string; readonly digest: Digest | undefined };

/**
 * The version that `packageManager` names, else that which the repository brings along (`brought`), else the one that is pinned
 * here for the format of the lockfile. Pure.
 */
export function chooseManager(
  locked: Locked,
  root: Manifest | undefined,
  brought: string | undefined,
): Manager | Declined {
  const raw =
    root !== undefined && Object.hasOwn(root.raw, 'packageManager') ? root.raw.packageManager : undefined;
  const named = raw === undefined ? undefined : readNamed(raw);
  if (raw !== undefined && named === undefined) {
    return declined(
      `expected "packageManager" to be such as pnpm@10.34.9, found ${JSON.stringify(raw).slice(0, 80)}`,
    );
  }
  if (named !== undefined) return fromNamed(locked, named);
  if (brought !== undefined) return fromNamed(locked, { name: 'yarn', version: brought, digest: undefined });
  const pin = pins[locked.dialect].get(locked.version);
  const what = `the lockfile is of version ${locked.version} of ${locked.dialect}`;
  return pin === undefined
    ? declined(`${what}, for which none is pinned: name the one that writes it as "packageManager"`)
    : managerOf(locked.dialect, { ...pin, stated: undefined });
}

function readNamed(raw: unknown): Named | undefined {
  const found = /^([a-z]{1,10})@([\w.-]{1,40})(?:\+(sha(?:1|224|256|384|512))\.([0-9a-f]{40,128}))?$/.exec(
    typeof raw === 'string' ? raw : '',
  );
  const [, name = '', version = '', algorithm = '', hex = ''] = found ?? [];
  if (semver.valid(version) !== version) return undefined;
  return { name, version, digest: hex === '' ? undefined : { algorithm, hex } };
}

function fromNamed({ dialect }: Locked, { name, version, digest }: Named): Manager | Declined {
  const wanted = dialect.split('-')[0];
  const [first, last] = majors[dialect];
  const major = semver.major(version);
  if (name !== wanted || major < first || major > last) {
    const range = first === last ? `${first}` : `${first} to ${last}`;
    return declined(`the lockfile is ${dialect}'s: expected ${wanted} ${range}, found ${name}@${version}`);
  }
  // Of Yarn 2 and later Corepack takes the digest of the one file that it runs.
  const of = dialect === 'yarn-berry' ? 'program' : 'tarball';
  const stated = digest === undefined ? undefined : ({ of, digest } as const);
  return managerOf(dialect, { version, integrity: undefined, stated });
}

function managerOf(
  dialect: FetchedDialect,
  rest: Pick<Manager, 'version' | 'integrity' | 'stated'>,
): Manager {
  const title = `${dialect === 'pnpm' ? 'pnpm' : 'Yarn'} ${rest.version}`;
  return { dialect, title, ...published[dialect], ...rest };
}

function declined(why: string): Declined {
  return {
    code: 'dependency.manager',
    reason: `No package manager can be chosen to write the lockfile: ${why}.`,
  };
}
