import { AutolandError, messageOf } from '../errors.ts';
import { isRecord, type JsonRecord, parseHostileObject, stringMap } from './hostile-json.ts';
import { byText } from './order.ts';

/** Sections whose packages npm installs for the project itself. */
export const installedSections = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;
export type InstalledSection = (typeof installedSections)[number];
const sections = [...installedSections, 'peerDependencies'] as const;

/** A package.json, as far as dependencies go. */
export type Manifest = {
  readonly sections: Readonly<Record<(typeof sections)[number], ReadonlyMap<string, string>>>;
  readonly raw: JsonRecord;
};

/** Throws `manifest.invalid` unless `text` is a package.json whose dependency sections are objects of strings. */
export function parseManifest(text: string, path: string): Manifest {
  try {
    const raw = parseHostileObject(text);
    return {
      sections: {
        dependencies: section(raw, 'dependencies'),
        devDependencies: section(raw, 'devDependencies'),
        optionalDependencies: section(raw, 'optionalDependencies'),
        peerDependencies: section(raw, 'peerDependencies'),
      },
      raw,
    };
  } catch (error) {
    throw new AutolandError('manifest.invalid', `${path} cannot be read: ${messageOf(error)}.`, {
      mend: `make ${path} a valid package.json (https://docs.npmjs.com/cli/configuring-npm/package-json)`,
      cause: error,
    });
  }
}

function section(raw: JsonRecord, name: string): ReadonlyMap<string, string> {
  const map = stringMap(Object.hasOwn(raw, name) ? raw[name] : undefined);
  if (map === undefined) throw new Error(`"${name}" is not an object of strings`);
  return map;
}

/** Those of `peers` that `peerDependenciesMeta` calls optional, sorted; npm ignores what it says of others. */
export function optionalPeers(peers: readonly string[], raw: JsonRecord): readonly string[] {
  const meta = Object.hasOwn(raw, 'peerDependenciesMeta') ? raw.peerDependenciesMeta : undefined;
  if (!isRecord(meta)) return [];
  return peers
    .filter((name) => {
      const one = Object.hasOwn(meta, name) ? meta[name] : undefined;
      return isRecord(one) && Boolean(one.optional);
    })
    .sort(byText);
}

/** Name -> spec and section, as npm installs them: an optional dependency wins over a plain one of the same name. */
export function installedDependencies(
  manifest: Manifest,
): ReadonlyMap<string, { readonly spec: string; readonly section: InstalledSection }> {
  const all = new Map<string, { spec: string; section: InstalledSection }>();
  for (const name of ['devDependencies', 'dependencies', 'optionalDependencies'] as const) {
    for (const [dependency, spec] of manifest.sections[name]) all.set(dependency, { spec, section: name });
  }
  return all;
}

/** Top-level keys, other than installed dependencies, that differ; key order inside a value counts (`exports` depends on it). */
export function otherKeysChanged(base: Manifest, head: Manifest): readonly string[] {
  const skip = new Set<string>(installedSections);
  const keys = new Set([...Object.keys(base.raw), ...Object.keys(head.raw)]);
  const text = (raw: JsonRecord, key: string): string | undefined =>
    Object.hasOwn(raw, key) ? JSON.stringify(raw[key]) : undefined;
  return [...keys].filter((key) => !skip.has(key) && text(base.raw, key) !== text(head.raw, key));
}
