import type { Registry } from '../../ports/registry.ts';
import { agesOf } from './check.ts';
import type { VersionFacts } from './facts.ts';
import { inquiryOf } from './packages.ts';
import { gatherer } from './run-ports.ts';

/** Rejects with `registry.unreachable` or `registry.invalid`. */
export const gatherRegistry = gatherer<'registry'>()({
  needs: ['lock'],
  cost: 'light',
  async gather({ deps, settings, change, found }) {
    const { wanted, ...inquiry } = inquiryOf(found.lock);
    const versions = await lookUpAll(deps.registry, wanted);
    const { packages, fixes } = change.classification;
    return { packages, ...inquiry, versions, ages: agesOf(settings, change.now, fixes) };
  },
});

const lookUpsAtOnce = 6;

async function lookUpAll(
  registry: Registry,
  wanted: ReadonlyMap<string, { readonly name: string; readonly version: string }>,
): Promise<ReadonlyMap<string, VersionFacts>> {
  const versions = new Map<string, VersionFacts>();
  const queue = [...wanted];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [key, { name, version }] = next;
      versions.set(key, await lookUp(registry, name, version));
    }
  };
  await Promise.all(Array.from({ length: lookUpsAtOnce }, work));
  return versions;
}

async function lookUp(registry: Registry, name: string, version: string): Promise<VersionFacts> {
  const described = await registry.describe(name);
  const listed = described?.versions.find((each) => each.version === version);
  const manifest = listed === undefined ? undefined : await registry.manifest(name, version);
  return { publishedAt: listed?.publishedAt, manifest };
}
