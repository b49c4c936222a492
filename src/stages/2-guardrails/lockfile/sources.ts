import { type LockEntry, type Lockfile, nameFromPath } from '../../../domain/lockfile.ts';
import { isRecord, type JsonRecord } from '../../../domain/npm/hostile-json.ts';
import type { Problem } from '../facts.ts';

/** Where one new entry comes from: the registry, under its own name, with a digest that means something. */
export function entryProblems(entry: LockEntry, origins: readonly string[]): readonly Problem[] {
  const at = (code: string, detail: string): Problem => ({ code, detail: `${entry.path} ${detail}` });
  if (entry.patched) return [at('lockfile.patched', 'is newly patched with code of the repository.')];
  if (entry.link) return [at('lockfile.link', `is a new link to ${entry.resolved ?? 'nowhere'}.`)];
  const problems: Problem[] = [];
  if (entry.name !== folderOf(entry))
    problems.push(at('lockfile.alias', `holds another package, ${entry.name}.`));
  if (!/^\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/.test(entry.version ?? '')) {
    problems.push(
      at('lockfile.not-a-version', `is locked at "${entry.version ?? 'nothing'}", which is no version.`),
    );
  }
  // Without it Yarn 1 does not take the package for locked, and looks for the newest that the range admits.
  if (entry.resolved === undefined && entry.dialect === 'yarn-classic')
    problems.push(at('lockfile.not-locked', 'has no address.'));
  if (entry.resolved !== undefined) {
    const why = foreign(entry, entry.resolved, origins);
    if (why !== undefined) problems.push(why);
  }
  // It has none when it is part of another package's tarball: the guardrail abstains on it.
  if (
    !entry.inBundle &&
    entry.dialect !== 'yarn-berry' &&
    !/(^|\s)sha512-[A-Za-z0-9+/]{86}==(\s|$)/.test(entry.integrity ?? '')
  ) {
    problems.push(at('lockfile.no-integrity', 'has no sha512 integrity.'));
  }
  return problems;
}

/** What it is installed as; pnpm and Yarn keep what names are given to a package apart (`newAliases`). */
function folderOf({ dialect, path, name }: LockEntry): string {
  return dialect === 'npm' ? nameFromPath(path) : name;
}

/** Yarn 1 writes a name of its own for npm's registry. */
const npmsRegistry = 'https://registry.npmjs.org/';
const yarnsName = 'https://registry.yarnpkg.com/';

function foreign(entry: LockEntry, resolved: string, origins: readonly string[]): Problem | undefined {
  const problem = (code: string, detail: string): Problem => ({
    code,
    detail: `${entry.path} comes from ${resolved.slice(0, 200)}: ${detail}`,
  });
  if (!/^https?:/i.test(resolved) || !URL.canParse(resolved)) {
    return problem('lockfile.not-a-registry', 'not from a registry.');
  }
  const url = new URL(resolved);
  const isYarns = entry.dialect === 'yarn-classic' && origins.includes(npmsRegistry);
  const origin = [...origins, ...(isYarns ? [yarnsName] : [])]
    .map((each) => new URL(each))
    .find((each) => url.origin === each.origin && url.pathname.startsWith(each.pathname));
  if (origin === undefined || url.username !== '' || url.password !== '') {
    return problem('lockfile.foreign-origin', `expected one of ${origins.join(', ')}`);
  }
  const name = folderOf(entry);
  const file = `${name.split('/').at(-1)}-${entry.version}.tgz`;
  const path = url.pathname.slice(origin.pathname.length).replace(/%2f/i, '/');
  return path === `${name}/-/${file}` && url.search === ''
    ? undefined
    : problem('lockfile.other-tarball', `expected the tarball ${name}/-/${file}`);
}

/** The tree that npm 6 reads MUST say what `packages` says: else two npm versions install two different things. */
export function legacyProblems(lockfile: Lockfile): readonly Problem[] {
  const problems: Problem[] = [];
  const pending: [string, JsonRecord][] = lockfile.legacy === undefined ? [] : [['', lockfile.legacy]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [prefix, level] = next;
    for (const [name, value] of Object.entries(level)) {
      const path = `${prefix}node_modules/${name}`;
      const entry = lockfile.entries.get(path);
      if (!isRecord(value) || entry === undefined || !agrees(entry, value)) {
        const detail = `${path} is one thing for npm 6 and another for later versions.`;
        problems.push({ code: 'lockfile.legacy-differs', detail });
      }
      if (isRecord(value) && isRecord(value.dependencies)) pending.push([`${path}/`, value.dependencies]);
    }
  }
  return problems;
}

function agrees(entry: LockEntry, legacy: JsonRecord): boolean {
  if (entry.link) return true;
  const same = (key: 'resolved' | 'integrity'): boolean =>
    legacy[key] === undefined || legacy[key] === entry[key];
  return legacy.version === entry.version && same('resolved') && same('integrity');
}
