import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Argv } from '../../ports/test-runner.ts';
import { readOutputFile } from '../sandbox/read-output-file.ts';
import { copyModules, modulesIn } from './modules.ts';

/**
 * What makes of the install of nearly the same lockfile the one that `npm ci` would make: it fetches and writes only what differs.
 * It may also leave another one, where the lockfile is not in order: see `holdsWhatIsLocked`.
 */
export function updateOf([npm, _ci, ...options]: Argv): Argv {
  return [npm, 'install', '--no-save', ...options];
}

/** Copies an install that others may take away meanwhile; answers whether it was there all the time, with nobody at work in it. */
export async function copyUntouched(from: string, to: string): Promise<boolean> {
  try {
    const before = await marksOf(from);
    await copyModules(from, to);
    return before !== '' && before === (await marksOf(from));
  } catch {
    // It went away while it was read. A full disk is met again by the install that is made without it.
    return false;
  }
}

/** A directory that was moved away and back has another time of change. */
async function marksOf(place: string): Promise<string> {
  const paths = await modulesIn(place, '');
  const found = await Promise.all(paths.map((path) => stat(join(place, path), { bigint: true })));
  return found.map(({ ino, ctimeNs }) => `${ino} ${ctimeNs}`).join(',');
}

const mostBytes = 64 * 1024 * 1024;

/** Whether npm's own list of what it installed in `dir` is that of the lockfile. */
export async function isAsLocked(dir: string): Promise<boolean> {
  const files = ['package-lock.json', 'node_modules/.package-lock.json'].map((path) =>
    readOutputFile(dir, path, mostBytes),
  );
  const [locked, installed] = await Promise.all(files);
  if (locked === undefined || installed === undefined) return false;
  return holdsWhatIsLocked(parsed(locked), parsed(installed));
}

function parsed(file: Buffer): unknown {
  try {
    return JSON.parse(file.toString('utf8'));
  } catch {
    return undefined;
  }
}

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      optional: z.boolean().optional(),
      inBundle: z.boolean().optional(),
    }),
  ),
});
type Locked = z.infer<typeof lockSchema>['packages'][string];

/**
 * Whether `installed` (what npm writes into `node_modules/.package-lock.json`) names the packages of `locked` (package-lock.json),
 * each by the same digest. Only what is optional may be missing. Format:
 * https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json#hidden-lockfiles
 */
export function holdsWhatIsLocked(locked: unknown, installed: unknown): boolean {
  const [wanted, found] = [lockSchema.safeParse(locked), lockSchema.safeParse(installed)];
  if (!wanted.success || !found.success) return false;
  const [want, have] = [wanted.data.packages, found.data.packages].map(installedIn);
  if (want === undefined || have === undefined) return false;
  const isThere = ([path, entry]: [string, Locked]) => {
    const there = have.get(path);
    return there === undefined ? entry.optional === true : isSame(entry, there);
  };
  return [...want].every(isThere) && [...have.keys()].every((path) => want.has(path));
}

/** Without the project itself and its workspaces. */
function installedIn(packages: Record<string, Locked>): Map<string, Locked> {
  return new Map(Object.entries(packages).filter(([path]) => path.split('/').includes('node_modules')));
}

function isSame(one: Locked, other: Locked): boolean {
  if (one.link === true || other.link === true)
    return one.link === other.link && one.resolved === other.resolved;
  if (one.version !== other.version || one.integrity !== other.integrity) return false;
  // What is bundled comes with the package that bundles it, and has no digest of its own.
  return one.integrity !== undefined || (one.inBundle === true && other.inBundle === true);
}
