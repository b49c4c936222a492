import type { ComparedPackage, ContentsFacts, RegistryFacts } from './facts.ts';
import { newVersions } from './packages.ts';
import { type GuardrailPorts, gatherer } from './run-ports.ts';
import { type PackageProfile, profileOf, sourcesOf } from './supply-chain/profile.ts';

const maxPackages = 60;

type Deps = Pick<GuardrailPorts, 'registry' | 'syntax'>;

export const gatherContents = gatherer<'contents'>()({
  needs: ['registry'],
  cost: 'light',
  gather: ({ deps, found }) => compareContents(deps, found.registry),
});

/** One package after the other, so that no more than one's text is in memory. Rejects as the registry does. */
async function compareContents(
  deps: Deps,
  { entries, baseVersions }: Pick<RegistryFacts, 'entries' | 'baseVersions'>,
): Promise<ContentsFacts> {
  const wanted = newVersions({ entries, baseVersions });
  const compared: ComparedPackage[] = [];
  for (const { name, version } of wanted.slice(0, maxPackages)) {
    const now = await profile(deps, name, version);
    const before = now === undefined ? [] : (baseVersions.get(name) ?? []);
    const old: PackageProfile[] = [];
    for (const each of before) old.push(...list(await profile(deps, name, each)));
    compared.push({ name, version, old, now });
  }
  return { compared, omitted: wanted.slice(maxPackages).map(keyOf) };
}

const keyOf = ({ name, version }: { name: string; version: string }) => `${name}@${version}`;

function list<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}

async function profile(
  { registry, syntax }: Deps,
  name: string,
  version: string,
): Promise<PackageProfile | undefined> {
  const contents = await registry.contents(name, version);
  if (contents === undefined) return undefined;
  return profileOf(contents, await syntax.capabilities(sourcesOf(contents)));
}
