import type { LockEntry } from '../../domain/lockfile.ts';
import type { PackageManifest } from '../../domain/npm/package.ts';
import { counted } from '../../domain/words.ts';
import { failing, guardrail, type Problem, type RegistryFacts } from './facts.ts';

const events = ['preinstall', 'install', 'postinstall'] as const;

/** No package newly runs code when it is installed. Read from tarballs: what a lockfile says of it proves nothing. */
export const installScripts = guardrail('install-scripts', ['registry'], ({ registry }) => {
  const entries = registry.entries.filter((entry) => !entry.link && !entry.inBundle);
  const failure = failing(entries.flatMap((entry) => problemsOf(entry, registry)));
  if (failure !== undefined) return failure;
  return {
    verdict: 'pass',
    code: 'install-scripts.none-new',
    reason:
      entries.length === 0
        ? 'No package is new.'
        : `None of ${counted(entries.length, 'new package')} newly runs code when it is installed.`,
    evidence: { packages: entries.length },
  };
});

function problemsOf(entry: LockEntry, facts: RegistryFacts): readonly Problem[] {
  const key = `${entry.name}@${entry.version ?? ''}`;
  const manifest = facts.versions.get(key)?.manifest;
  if (manifest === undefined) {
    return [
      { code: 'install-scripts.unknown', detail: `The registry has no ${key}: what it runs is unknown.` },
    ];
  }
  const before = (facts.baseVersions.get(entry.name) ?? []).flatMap(
    (version) => facts.versions.get(`${entry.name}@${version}`)?.manifest ?? [],
  );
  const found = scriptsOf(manifest);
  const added = [...found].flatMap(([event, script]) => {
    if (before.some((old) => scriptsOf(old).get(event) === script)) return [];
    const had = before.some((old) => scriptsOf(old).has(event));
    const detail = `${key} ${had ? 'changes' : 'adds'} ${event}: ${script.slice(0, 120)}`;
    return [{ code: had ? 'install-scripts.changed' : 'install-scripts.added', detail }];
  });
  const declared = [...found.keys()].filter((event) => event !== 'binding.gyp');
  if (declared.length === 0 || entry.hasInstallScript !== false) return added;
  const detail = `The lockfile says that ${key} has no install script; its tarball has ${declared.join(', ')}.`;
  return [...added, { code: 'install-scripts.lockfile-lies', detail }];
}

/** npm runs node-gyp for a package with a binding.gyp and neither install nor preinstall script. */
function scriptsOf(manifest: PackageManifest): ReadonlyMap<string, string> {
  const scripts = new Map<string, string>();
  for (const event of events) {
    const script = Object.hasOwn(manifest.scripts, event) ? manifest.scripts[event] : undefined;
    if (script !== undefined) scripts.set(event, script);
  }
  if (manifest.hasGypFile && !scripts.has('install') && !scripts.has('preinstall')) {
    scripts.set('binding.gyp', 'node-gyp rebuild');
  }
  return scripts;
}
