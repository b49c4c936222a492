import type { Sha } from '../../domain/change.ts';
import type { Lockfile } from '../../domain/lockfile.ts';
import type { ComparedPackage, ContentsFacts, RegistryFacts } from './facts.ts';
import { newVersions } from './packages.ts';
import { type GuardrailPorts, gatherer } from './run-ports.ts';
import { Profiles } from './run-profiles.ts';
import {
  dependentsOf,
  hasOtherName,
  loadsInside,
  mayName,
  namesInside,
  type ProjectText,
} from './supply-chain/outsiders.ts';

const maxPackages = 60;
const maxDependents = 10;

type Compared = Omit<ComparedPackage, 'closed'>;

export const gatherContents = gatherer<'contents'>()({
  needs: ['lock', 'registry'],
  cost: 'light',
  async gather({ deps, change, found }) {
    if (change.classification.class === 'revert') return { compared: [], omitted: [], revert: true };
    const profiles = new Profiles(deps, found.registry.versions);
    const { compared, omitted } = await compareContents(profiles, found.registry);
    const outside = new Outside(deps.git, change.classification.tree, found.lock.head, profiles);
    const closed: ComparedPackage[] = [];
    for (const one of compared) closed.push({ ...one, closed: await outside.leavesAlone(one, compared) });
    return { compared: closed, omitted };
  },
});

/** One package after the other, so that no more than one's text is in memory. Rejects as the registry does. */
async function compareContents(
  profiles: Profiles,
  { entries, baseVersions }: Pick<RegistryFacts, 'entries' | 'baseVersions'>,
): Promise<{ readonly compared: readonly Compared[]; readonly omitted: ContentsFacts['omitted'] }> {
  const wanted = newVersions({ entries, baseVersions });
  const compared: Compared[] = [];
  for (const { name, version } of wanted.slice(0, maxPackages)) {
    const now = await profiles.of(name, version);
    const before = now === undefined ? [] : (baseVersions.get(name) ?? []);
    const old: Compared['old'][number][] = [];
    for (const each of before) {
      const profile = await profiles.of(name, each);
      if (profile !== undefined) old.push(profile);
    }
    compared.push({ name, version, old, now });
  }
  return { compared, omitted: wanted.slice(maxPackages).map(({ name, version }) => `${name}@${version}`) };
}

/** Who else might load files inside a package by name: asked only where that makes a difference. */
class Outside {
  readonly #git: GuardrailPorts['git'];
  readonly #tree: Sha;
  readonly #lock: Lockfile | undefined;
  readonly #profiles: Profiles;
  #texts: Promise<readonly ProjectText[] | undefined> | undefined;

  constructor(git: GuardrailPorts['git'], tree: Sha, lock: Lockfile | undefined, profiles: Profiles) {
    this.#git = git;
    this.#tree = tree;
    this.#lock = lock;
    this.#profiles = profiles;
  }

  async leavesAlone({ name, now, old }: Compared, compared: readonly Compared[]): Promise<boolean> {
    const idle = [now, ...old].some((profile) => profile?.idle !== undefined && profile.idle.length > 0);
    if (!idle || this.#lock === undefined) return false;
    // Whether it says so or not: npm puts packages where others find them.
    const others = compared.filter((one) => one.name !== name);
    if (others.some((one) => one.now === undefined || loadsInside(name, one.now.inner))) return false;
    if (hasOtherName(name, this.#lock)) return false;
    const dependents = dependentsOf(name, this.#lock);
    if (dependents.length > maxDependents) return false;
    for (const dependent of dependents) {
      const profile = await this.#profiles.of(dependent.name, dependent.version);
      if (profile === undefined || loadsInside(name, profile.inner)) return false;
    }
    this.#texts ??= readTexts(this.#git, this.#tree);
    const texts = await this.#texts;
    return texts !== undefined && !namesInside(name, texts);
  }
}

const maxFiles = 2_000;
const maxBytes = 1024 * 1024;
const maxAllBytes = 32 * 1024 * 1024;

/** undefined: there is more than is read. */
async function readTexts(git: GuardrailPorts['git'], tree: Sha): Promise<readonly ProjectText[] | undefined> {
  const listed = (await git.list(tree, '')).filter(({ path }) => mayName(path));
  const size = listed.reduce((sum, file) => sum + file.size, 0);
  if (listed.length > maxFiles || size > maxAllBytes || listed.some((file) => file.size > maxBytes))
    return undefined;
  const texts: ProjectText[] = [];
  for (const { path } of listed) {
    const bytes = await git.readFile(tree, path);
    if (bytes === undefined) return undefined;
    texts.push({ path, text: bytes.toString('utf8') });
  }
  return texts;
}
