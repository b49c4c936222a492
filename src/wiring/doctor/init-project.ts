import { existsSync } from 'node:fs';
import { constants, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { codeOf } from '../../adapters/whole-file.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { rootLockfileNames } from '../../domain/lockfile/locate.ts';
import { type JsonRecord, maxJsonBytes, parseHostileObject } from '../../domain/npm/hostile-json.ts';
import { scriptOf, testScriptOf } from '../../domain/npm/scripts.ts';

/** What `init` sees of a project at the root of its work tree. */
export type Project = {
  readonly hasManifest: boolean;
  readonly name: string | undefined;
  readonly locks: readonly string[];
  /** One that npm reads. */
  readonly hasNpmLock: boolean;
  readonly hasBuild: boolean;
  readonly hasTests: boolean;
  readonly service: Service | { readonly why: string };
};

/** `why`: what keeps it from being taken over, in a sentence. */
export type Service = { readonly name: string; readonly command: readonly [string, ...string[]] };

const npmLockfiles: readonly string[] = ['package-lock.json', 'npm-shrinkwrap.json'];

/** Rejects with `manifest.invalid`. */
export async function readProject(dir: string): Promise<Project> {
  const raw = await readManifest(join(dir, 'package.json'));
  const locks = rootLockfileNames.filter((name) => existsSync(join(dir, name)));
  const name = typeof raw?.name === 'string' && raw.name !== '' ? raw.name : undefined;
  return {
    hasManifest: raw !== undefined,
    name,
    locks,
    hasNpmLock: locks.some((lock) => npmLockfiles.includes(lock)),
    hasBuild: raw !== undefined && scriptOf(raw, 'build') !== undefined,
    hasTests: raw !== undefined && testScriptOf(raw) !== undefined,
    service: serviceOf(raw === undefined ? undefined : scriptOf(raw, 'start'), name ?? basename(dir)),
  };
}

/** undefined: there is none. */
async function readManifest(path: string): Promise<JsonRecord | undefined> {
  try {
    // Without O_NONBLOCK a named pipe would hold the reader for ever.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error('it is not a regular file');
    if (stats.size > maxJsonBytes) throw new Error(`it has ${stats.size} bytes, over ${maxJsonBytes}`);
    return parseHostileObject(await file.readFile('utf8'));
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw new AutolandError('manifest.invalid', `expected a package.json in ${path}: ${messageOf(cause)}`, {
      mend: 'mend it, then run this again: nothing was written',
      cause,
    });
  }
}

function serviceOf(start: string | undefined, project: string): Project['service'] {
  if (start === undefined) return { why: 'a start script: changes are merged, not released' };
  const [file = '', ...args] = start.trim().split(/\s+/);
  // Only a plain command can be taken over: a shell's operators mean nothing to an argv.
  if (file === '' || /[&|;<>$`"'\\*?~#()\p{Cc}]|^\w+=/u.test(start))
    return {
      why: `a start script that no shell need read (it is ${JSON.stringify(start)}): write service: into the file yourself, as the comment there shows`,
    };
  const name = project
    .replace(/^@[^/]+\//, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
    .replace(/^[^a-z]+/, '');
  return { name: name.slice(0, 40) || 'service', command: [file, ...args] };
}
