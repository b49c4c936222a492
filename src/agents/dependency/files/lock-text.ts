import { nameFromPath } from '../../../domain/lockfile.ts';
import { isRecord, type JsonRecord, parseHostileObject } from '../../../domain/npm/hostile-json.ts';

/** How a lockfile names tarballs: by URL under a prefix, or (null) not at all. undefined: it holds no package to tell from. */
export type ResolvedStyle = { readonly prefix: string } | null | undefined;

/** Most entries decide. */
export function resolvedStyleOf(text: string): ResolvedStyle {
  const counts = new Map<string | null, number>();
  for (const [path, entry] of packagesOf(parseHostileObject(text))) {
    if (entry.link === true || entry.integrity === undefined) continue;
    const prefix = typeof entry.resolved === 'string' ? prefixOf(entry.resolved, path) : null;
    if (prefix !== undefined) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  if (most === undefined) return undefined;
  return most[0] === null ? null : { prefix: most[0] };
}

function prefixOf(resolved: string, path: string): string | undefined {
  const at = resolved.indexOf(`/${nameFromPath(path)}/-/`);
  return /^https?:/.test(resolved) && at !== -1 ? resolved.slice(0, at + 1) : undefined;
}

function packagesOf(lock: JsonRecord): [string, JsonRecord][] {
  return Object.entries(isRecord(lock.packages) ? lock.packages : {}).flatMap(([path, entry]) =>
    path !== '' && isRecord(entry) ? [[path, entry] satisfies [string, JsonRecord]] : [],
  );
}

export type Digests = ReadonlyMap<string, string>;

/**
 * A regenerated lockfile as the project's own npm would have written it: its indentation and end, and its way to name
 * tarballs (the sandbox reaches the registry under an address of its own). `digests` by `name@version` fill in what the
 * registry's summaries leave out.
 */
export function restyleLock(before: string, after: string, digests: Digests): string {
  const style = resolvedStyleOf(before);
  const lock: JsonRecord = parseHostileObject(after);
  const packages: Record<string, unknown> = { ...(isRecord(lock.packages) ? lock.packages : {}) };
  for (const [path, entry] of packagesOf(lock)) packages[path] = restyled(entry, path, style, digests);
  const legacy = isRecord(lock.dependencies)
    ? { dependencies: legacyFrom(lock.dependencies, '', packages) }
    : {};
  const text = JSON.stringify({ ...lock, packages, ...legacy }, null, indentOf(before));
  const eol = before.includes('\r\n') ? '\r\n' : '\n';
  return `${text.replaceAll('\n', eol)}${/\n$/.test(before) ? eol : ''}`;
}

function restyled(entry: JsonRecord, path: string, style: ResolvedStyle, digests: Digests): JsonRecord {
  if (entry.link === true || typeof entry.version !== 'string') return entry;
  const name = typeof entry.name === 'string' ? entry.name : nameFromPath(path);
  const digest = entry.integrity ?? digests.get(`${name}@${entry.version}`);
  const url = resolvedFor(entry, path, style);
  const { version, resolved: _resolved, integrity: _integrity, ...rest } = entry;
  const own = {
    ...(url === undefined ? {} : { resolved: url }),
    ...(digest === undefined ? {} : { integrity: digest }),
  };
  return Object.hasOwn(rest, 'name')
    ? { name: rest.name, version, ...own, ...rest }
    : { version, ...own, ...rest };
}

function resolvedFor(entry: JsonRecord, path: string, style: ResolvedStyle): unknown {
  if (style === null || style === undefined) return style === null ? undefined : entry.resolved;
  const name = nameFromPath(path);
  const standard = `${style.prefix}${name}/-/${name.split('/').at(-1)}-${String(entry.version)}.tgz`;
  if (entry.resolved === undefined) return standard;
  // Anything but a registry's tarball stays as npm wrote it, for the guardrails to see.
  return typeof entry.resolved === 'string' && prefixOf(entry.resolved, path) !== undefined
    ? standard
    : entry.resolved;
}

/** The tree for npm 6 repeats what `packages` says. Its nesting is bounded by parseHostileObject. */
function legacyFrom(level: JsonRecord, prefix: string, packages: JsonRecord): JsonRecord {
  return Object.fromEntries(
    Object.entries(level).map(([name, value]) => {
      const path = `${prefix}node_modules/${name}`;
      const entry = packages[path];
      if (!isRecord(value) || !isRecord(entry)) return [name, value];
      const { resolved: _resolved, integrity: _integrity, dependencies, version, ...rest } = value;
      const own = entry.resolved === undefined ? {} : { resolved: entry.resolved };
      const digest = entry.integrity === undefined ? {} : { integrity: entry.integrity };
      const below = isRecord(dependencies)
        ? { dependencies: legacyFrom(dependencies, `${path}/`, packages) }
        : {};
      return [name, { version, ...own, ...digest, ...rest, ...below }];
    }),
  );
}

function indentOf(text: string): string {
  return /^\s*\{\r?\n([ \t]+)/.exec(text)?.[1] ?? '  ';
}
