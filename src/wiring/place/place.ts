import { existsSync } from 'node:fs';
import { mkdir, stat, statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { crashFile } from '../../adapters/crashes/crash-file.ts';
import { stateLayout } from '../../adapters/runtime/state-layout.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';

export type PlaceOptions = { readonly repo: string; readonly state?: string };

/** Where one repository's autoland lives. */
export type Place = {
  /** The bare repository. */
  readonly repo: string;
  readonly state: string;
  readonly files: StateFiles;
};

export type StateFiles = ReturnType<typeof stateFiles>;

/** Every path below the state directory that more than one process knows. */
export function stateFiles(state: string) {
  return {
    ...stateLayout(state),
    journal: join(state, 'journal.db'),
    lock: join(state, 'control.lock'),
    keys: join(state, 'keys'),
    /** The recorder's keys that wrap those of blobs. */
    wrappingKeys: join(state, 'keys', 'wrapping.jwks'),
    /** What agents and models said, encrypted; the journal names each. */
    blobs: join(state, 'blobs'),
    /** Held by whoever writes blobs, wraps their keys or erases them. */
    recordingLock: join(state, 'journal.db.recording.lock'),
    log: join(state, 'log'),
    releases: join(state, 'releases'),
    work: join(state, 'work'),
    /** Of git. */
    scratch: join(state, 'work', 'git'),
    cache: join(state, 'cache'),
    /** Node's compile cache: code that is run, so nobody else may write here. */
    compiled: join(state, 'compiled'),
    /** How far each receiver of notifications has been told. */
    notify: join(state, 'notify'),
    /** Where model servers are, and which key goes there: written by the operator. */
    models: join(state, 'models.yaml'),
    /** How coding agents are started: written by the operator. */
    agents: join(state, 'agents.yaml'),
    /** Where issues are read, and which token goes there: written by the operator. */
    issues: join(state, 'issues.yaml'),
    /** What production crashed with. */
    crashes: crashFile(state),
    /** What models took, by day and by change. */
    spending: join(state, 'spending'),
    apiSocket: join(state, 'run', 'api.sock'),
  };
}

/**
 * Finds the bare repository and its state directory; makes neither. Rejects with `usage`, `repo.not-found` or
 * `repo.not-bare`.
 */
export async function locate(options: PlaceOptions): Promise<Place> {
  const named = stateNamed(options);
  const { findRepository } = await import('../../adapters/git-host/local/repository.ts');
  return placeOf(await findRepository(directory('--repo', options.repo)), named);
}

/** `named`: the state directory that was asked for; undefined: the repository's own. */
export async function placeOf(repo: string, named: string | undefined): Promise<Place> {
  const state = named ?? join(stateHome(), await stateName(repo));
  return { repo, state, files: stateFiles(state) };
}

export function stateNamed({ state }: PlaceOptions): string | undefined {
  if (state !== undefined) return directory('--state', state);
  const { AUTOLAND_STATE } = process.env;
  return AUTOLAND_STATE === undefined ? undefined : directory('AUTOLAND_STATE', AUTOLAND_STATE);
}

/** Throws `usage` for an empty value, as an unset variable of a script leaves: it would mean the current directory. */
export function directory(name: string, value: string): string {
  if (value !== '') return resolve(value);
  throw new AutolandError('usage', `expected a directory in ${name}, found nothing`, {
    mend: name.startsWith('--') ? `give one, or leave ${name} out` : `give one, or unset ${name}`,
  });
}

/**
 * The state directory, made when it is not there. Its own mode lets the sandbox's user pass through to the few
 * directories below that it may see; every secret below is 0600 or 0700 itself.
 */
export async function makeState(place: Place): Promise<void> {
  try {
    await mustHoldDirectories(place.state);
    await mkdir(place.state, { recursive: true, mode: 0o711 });
    await mkdir(place.files.run, { recursive: true, mode: 0o711 });
    await mkdir(place.files.compiled, { recursive: true, mode: 0o700 });
    await mkdir(place.files.work, { recursive: true, mode: 0o711 });
    await mkdir(place.files.log, { recursive: true, mode: 0o700 });
    // People may close a flag there by `touch`, before any was closed.
    await mkdir(place.files.kills, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new AutolandError(
      'state.unusable',
      `expected to write the state directory ${place.state}: ${messageOf(cause)}`,
      { mend: 'name another one with --state DIR, or make this one yours', cause },
    );
  }
}

/** Below /proc and the like nothing can be made, and a recursive mkdir tries for ever. */
export async function mustHoldDirectories(path: string): Promise<void> {
  const parent = await existingParent(path);
  if (!(await stat(parent)).isDirectory()) throw new Error(`${parent} is not a directory`);
  if ((await statfs(parent)).type === procFilesystem) throw new Error('nothing can be made below /proc');
}

/** proc_super_magic, statfs(2). */
const procFilesystem = 0x9fa0;

async function existingParent(path: string): Promise<string> {
  let at = resolve(path);
  while ((await stat(at).catch(() => undefined)) === undefined && at !== dirname(at)) at = dirname(at);
  return at;
}

export function hasJournal(place: Place): boolean {
  return existsSync(place.files.journal);
}

/** Root runs services for everybody, so its state lies where a system service's belongs. */
export function stateHome(): string {
  if (process.getuid?.() === 0) return '/var/lib/autoland';
  const { XDG_STATE_HOME = '' } = process.env;
  // As its specification says: what is not absolute does not count.
  return join(isAbsolute(XDG_STATE_HOME) ? XDG_STATE_HOME : join(homedir(), '.local', 'state'), 'autoland');
}

async function stateName(repo: string): Promise<string> {
  const { createHash } = await import('node:crypto');
  const name = basename(repo)
    .replace(/\.git$/, '')
    .replaceAll(/[^\w.-]/g, '-')
    .slice(0, 24);
  return `${name || 'repository'}-${createHash('sha256').update(repo).digest('hex').slice(0, 6)}`;
}
