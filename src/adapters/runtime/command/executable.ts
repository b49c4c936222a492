import { accessSync, constants, lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { AutolandError, messageOf } from '../../../domain/errors.ts';

/** What the operator of this machine lets run; the branch can name nothing else. */
export type Grant = {
  /** Absolute: files, and directories whose files (not those of their directories) may run. */
  readonly allowed: readonly string[];
  /** Absolute: where the repository, its releases and our own state are. Nothing below runs or is named to what runs. */
  readonly never: readonly string[];
};

export type Executable = {
  /** Without symbolic links. */
  readonly file: string;
  /** As it was named. */
  readonly name: string;
  readonly args: readonly string[];
};

type Argv = readonly [string, ...string[]];

/** Looked at anew before each call. Throws `command.refused`. */
export function executableOf(argv: Argv, grant: Grant): Executable {
  const [wanted, ...args] = argv;
  const name = findGranted(wanted, grant);
  const file = resolved(name);
  if (!grant.allowed.some((allowed) => isWithin(file, resolved(allowed))))
    throw refused(`${name} leads to ${file}, outside of what this machine allows`, 'copy the file instead');
  for (const path of [file, ...args.flatMap(pathsIn)]) assertNotOurs(path, grant);
  if (!statSync(file).isFile()) throw refused(`${file} is no file`, 'name a program');
  if (!mayExecute(file)) throw refused(`${file} is not executable`, `chmod 755 ${file}`);
  for (const path of [file, ...args.flatMap(pathsIn).filter(isFileThere)]) assertNobodyElseWrites(path);
  return { file, name, args };
}

/** A name without a directory is looked for in the allowed directories, in their order. */
function findGranted(wanted: string, { allowed }: Grant): string {
  if (allowed.length === 0)
    throw refused(
      'this machine allows no runtime command',
      'start autoland up with --runtime-commands DIR, the directory that they are in',
    );
  if (!wanted.includes('/')) {
    const found = allowed
      .flatMap((path) => [path, join(path, wanted)])
      .find((path) => basename(path) === wanted && isFileThere(path));
    if (found !== undefined) return found;
    throw missing(wanted, allowed);
  }
  const path = normalize(wanted);
  if (!isAbsolute(path) || !allowed.some((one) => isWithin(path, normalize(one)))) {
    const mend = 'name a file there, or start autoland up with another --runtime-commands';
    throw refused(`${wanted} is not among what this machine allows: ${allowed.join(', ')}`, mend);
  }
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) throw missing(path, allowed);
  return path;
}

/** As in `--config=/etc/shop.json` too. */
function pathsIn(word: string): string[] {
  return [word, word.slice(word.indexOf('=') + 1)].filter(isAbsolute);
}

/** The file itself, or one directly in the directory. */
function isWithin(file: string, allowed: string): boolean {
  return file === allowed || dirname(file) === allowed;
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

/** Throws `command.refused`: what a change or a release brought must not run with the operator's rights, nor be read by what does. */
export function assertNotOurs(path: string, { never }: Grant): void {
  const real = isThere(path) ? resolved(path) : normalize(path);
  const found = never.find((root) => isBelow(real, isThere(root) ? resolved(root) : normalize(root)));
  if (found === undefined) return;
  throw refused(
    `${path} is in ${found}, where repositories and releases are`,
    'keep runtime commands, and what they read, elsewhere',
  );
}

/** Whoever can write to it decides what it does. */
function assertNobodyElseWrites(path: string): void {
  const file = resolved(path);
  const culprit = [file, ...parentsOf(file)].find((one) => isOpenToOthers(statSync(one), one === file));
  if (culprit === undefined) return;
  throw refused(
    `${culprit} can be written to by others than root and the user that runs autoland`,
    `chmod go-w ${culprit}, and let it be owned by one of the two`,
  );
}

function isOpenToOthers({ mode, uid, gid }: Stats, isFile: boolean): boolean {
  const own = process.getuid?.() ?? 0;
  if (uid !== 0 && uid !== own) return true;
  // In a sticky directory nobody replaces what is another's.
  if (!isFile && (mode & 0o1000) !== 0) return false;
  const isForeignGroup = gid !== 0 && gid !== (process.getgid?.() ?? 0);
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && isForeignGroup);
}

function parentsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...parentsOf(parent)];
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isFileThere(path: string): boolean {
  return isAbsolute(path) && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Root may execute what has the bit for anybody, and nothing else. */
function mayExecute(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    throw refused(`${path} cannot be followed to its end: ${messageOf(cause)}`, 'mend or remove it', cause);
  }
}

function missing(wanted: string, allowed: readonly string[]): AutolandError {
  return refused(`there is no ${wanted} (allowed: ${allowed.join(', ')})`, 'put it there, with mode 755');
}

function refused(why: string, mend: string, cause?: unknown): AutolandError {
  return new AutolandError('command.refused', `a runtime command may not run: ${why}`, {
    mend,
    ...(cause === undefined ? {} : { cause }),
  });
}
