import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChildDocumentReader } from '../../adapters/document-reader/child-document-reader.ts';
import { ChildFlagRemover } from '../../adapters/flag-remover/child-flag-remover.ts';
import { ChildProver } from '../../adapters/prover/child-prover.ts';
import { ChildSpeller } from '../../adapters/speller/child-speller.ts';
import { ChildSyntaxComparer } from '../../adapters/syntax/child-syntax-comparer.ts';
import type { AgentName } from '../../domain/agents.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { HttpRegistry } from '../../testing/http-registry.ts';
import { MemoryAdvisories } from '../../testing/memory-package-proofs.ts';
import { MemoryRegistry, sampleEntry, sampleProject } from '../../testing/npm-samples.ts';
import { TempGit } from '../../testing/temp-git.ts';
import { overtakenCode } from '../../views/ledger.ts';
import { updatesOf } from '../../views/updates.ts';
import { exchangeRecorder } from '../models/exchanges.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { BranchRules } from '../place/rules.ts';
import { scan } from './scan.ts';
import { overtakenIn } from './scan-dependencies.ts';
import type { ScanTools } from './scanning.ts';

let git: TempGit;
let registry: MemoryRegistry;
let http: HttpRegistry;
let sandbox: HostSandbox;
let folder: string;
let repository: Repository;
let tools: ScanTools;

beforeEach(async () => {
  git = new TempGit();
  registry = new MemoryRegistry();
  http = await HttpRegistry.start(registry);
  sandbox = new HostSandbox(http.url);
  folder = mkdtempSync(join(tmpdir(), 'autoland-test-scan-'));
  // Where the journal lies beside; what is scanned is `git`.
  const repo = join(folder, 'repo.git');
  execFileSync('git', ['init', '-q', '--bare', repo]);
  repository = await openRepository({ repo, state: join(folder, 'state') }, 'write');
  tools = {
    git: Object.assign(git, {
      makeCommit: () => Promise.reject(new Error('nothing is reverted')),
      point: () => Promise.reject(new Error('nothing is reverted')),
    }),
    registry,
    advisories: new MemoryAdvisories(),
    sandbox,
    workspace: folder,
    rules: new BranchRules(git, false),
    remover: new ChildFlagRemover(),
    prover: new ChildProver(),
    documents: new ChildDocumentReader(),
    speller: new ChildSpeller(),
    linter: { fix: () => Promise.reject(new Error('no linter may run')) },
    syntax: new ChildSyntaxComparer(),
    rewriter: { rewrite: () => Promise.reject(new Error('nothing may be rewritten')) },
    benchmarker: { compare: () => Promise.reject(new Error('nothing may be measured')) },
    fixing: {
      maker: { candidates: () => Promise.reject(new Error('nothing crashed')) },
      tests: { measure: () => Promise.reject(new Error('nothing crashed')) },
      clock: { monotonicMs: () => 0 },
      open: () => Promise.reject(new Error('nothing crashed')),
    },
    tests: { compare: () => Promise.reject(new Error('no test may run')) },
    recorder: exchangeRecorder(repository, async () => 0),
    shelf: { all: () => Promise.resolve([]) },
  };
});
afterEach(async () => {
  await repository[Symbol.asyncDispose]();
  await http.stop();
  sandbox.remove();
  git.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** A project that names these packages, each with one newer version. */
function project(names: readonly string[], maxOpen = 5, more = ''): void {
  const entries = names.map((name) => {
    registry.add(name, '1.0.0').add(name, '1.0.1');
    return [`node_modules/${name}`, sampleEntry(name, '1.0.0')] as const;
  });
  const dependencies = Object.fromEntries(names.map((name) => [name, '^1.0.0']));
  git.commit('main', {
    ...sampleProject({ dependencies }, Object.fromEntries(entries)),
    '.autoland/autoland.yaml': `version: 1\nagents: { revert: { enabled: false }, dependency: { maxOpen: ${maxOpen}${more} } }\n`,
    '.autoland/policy.cedar': '',
  });
}

const look = (only?: readonly string[]) =>
  scan(repository, tools, { actor: 'test', dryRun: false, ...(only === undefined ? {} : { only }) });

async function conclude(change: string | null | undefined, data: JsonObject): Promise<void> {
  await repository.store.append({
    events: [
      { type: 'change.concluded', change: change ?? '', actor: 'test', data: { reasons: [], ...data } },
    ],
  });
}
const lose = (change: string | null | undefined) =>
  conclude(change, { outcome: 'superseded', code: overtakenCode });
const left = async () => [...(await overtakenIn(repository)).packages.keys()];

describe('a scan', () => {
  it('does not propose again what is held, until the branch moves', async () => {
    project(['a']);
    const first = await look();
    await conclude(first.proposals[0]?.change, { outcome: 'held', code: 'policy.level-observe' });
    expect(await look()).toMatchObject({ proposals: [], skipped: [{ code: 'dependency.held' }] });
    git.commit('main', { 'README.md': 'x' }, await git.resolve('main'));
    expect((await look()).proposals).toMatchObject([{ version: 'a@1.0.1' }]);
  });
});

describe('a scan of one agent', () => {
  const of = (agent: AgentName, only?: readonly string[]) =>
    scan(repository, tools, { actor: 'test', dryRun: true, agent, ...(only === undefined ? {} : { only }) });

  it('is refused where that is disabled, rather than to find nothing', async () => {
    project(['a'], 5, ', enabled: false');
    await expect(of('dependency')).rejects.toMatchObject({
      code: 'usage',
      message: 'expected the agent dependency to be enabled, found it disabled',
      mend: expect.stringContaining('agents.dependency.enabled'),
    });
    await expect(of('drivers')).rejects.toMatchObject({ code: 'usage' });
    // The control plane looks again for what the branch has overtaken, whoever has disabled the agent since.
    expect(await of('dependency', ['a'])).toMatchObject({ proposals: [] });
  });
});

describe('a scan of a group', () => {
  it('goes in halves until the wrong one stands alone, by what the journal says', async () => {
    project(['a', 'b'], 5, ', groups: { all: { packages: ["*"] } }');
    const refuse = async (change: string | null | undefined) => {
      const entry = (await repository.ledger()).changes.get(change ?? '');
      const updates = updatesOf(entry?.proposal ?? { source: '', record: {} });
      const packages = updates.map(({ name, from, to }) => ({ name, path: name, from, to, direct: true }));
      const data = { stage: 'classify', data: { class: 'dependency-patch', packages } };
      const finished = { type: 'stage.finished', change: change ?? '', actor: 'test', data };
      await repository.store.append({ events: [finished] });
      await conclude(change, { outcome: 'refused', code: 'tests.red' });
    };
    const [all] = (await look()).proposals;
    expect(all).toMatchObject({ version: null, places: ['a', 'b'].map((n) => `${n} 1.0.0 -> 1.0.1`) });
    expect((await look()).skipped.map(({ code }) => code)).toEqual(Array(2).fill('dependency.open'));
    await refuse(all?.change);
    const [first, second] = (await look()).proposals;
    expect([first?.version, second?.version]).toEqual(['a@1.0.1', 'b@1.0.1']);
    await refuse(first?.change);
    expect((await look()).skipped).toMatchObject([
      { name: 'a', code: 'dependency.remembered' },
      { name: 'b', code: 'dependency.open' },
    ]);
  });
});

describe('a scan of documents', () => {
  const scanDocs = () => scan(repository, tools, { actor: 'test', dryRun: false, agent: 'docs' });
  const codes = async () => (await scanDocs()).skipped.map(({ code }) => code);

  it('remembers by the journal what is under way, what is held and what was refused', async () => {
    git.commit('main', {
      'README.md': '[x](gone.md)\n',
      'a/gone.md': 'x\n',
      '.autoland/autoland.yaml': 'version: 1\n',
      '.autoland/policy.cedar': '',
    });
    const { proposals } = await scanDocs();
    expect(proposals).toMatchObject([
      { version: null, places: ['README.md:1: gone.md -> a/gone.md: the only file of that name'] },
    ]);
    expect(await codes()).toEqual(['docs.open']);
    await conclude(proposals[0]?.change, { outcome: 'held', code: 'policy.level-observe' });
    expect(await codes()).toEqual(['docs.held']);
    git.commit('main', { 'notes.txt': 'x' }, await git.resolve('main'));
    const again = await scanDocs();
    await conclude(again.proposals[0]?.change, { outcome: 'refused', code: 'documentation.dead-link' });
    git.commit('main', { 'notes.txt': 'y' }, await git.resolve('main'));
    expect(await codes()).toEqual(['docs.turned-away']);
  });

  it('makes nothing where it is a rehearsal', async () => {
    git.commit('main', {
      'README.md': '[x](gone.md)\n',
      'a/gone.md': 'x\n',
      '.autoland/autoland.yaml': 'version: 1\nagents: { docs: { kinds: [links] } }\n',
      '.autoland/policy.cedar': '',
    });
    const rehearsal = await scan(repository, tools, { actor: 'test', dryRun: true, agent: 'docs' });
    expect(rehearsal.proposals).toMatchObject([{ change: null }]);
    await expect(git.resolve('autoland/docs/links')).rejects.toMatchObject({ code: 'ref.not-found' });
    expect((await repository.ledger()).changes.size).toBe(0);
  });
});

describe('an overtaken update', () => {
  it('is left to propose when that is while the scan goes on', async () => {
    project(['a', 'b']);
    const { proposals } = await look();
    expect(proposals.map(({ version }) => version)).toEqual(['a@1.0.1', 'b@1.0.1']);
    await lose(proposals[0]?.change);
    const describeA = registry.describe.bind(registry);
    registry.describe = async (name) => {
      registry.describe = describeA;
      await lose(proposals[1]?.change);
      return describeA(name);
    };
    expect((await look(['a'])).proposals).toMatchObject([{ version: 'a@1.0.1' }]);
    expect(await left()).toEqual(['b']);
    expect((await look(await left())).proposals).toMatchObject([{ version: 'b@1.0.1' }]);
    expect(await left()).toEqual([]);
  });

  it('is left when there are too many already, or the registry does not answer', async () => {
    project(['a', 'b'], 1);
    await lose((await look(['a'])).proposals[0]?.change);
    await look(['b']);
    expect((await look(['a'])).skipped).toMatchObject([{ code: 'dependency.max-open' }]);
    expect(await left()).toEqual(['a']);
    const working = registry.describe.bind(registry);
    registry.describe = () => Promise.reject(new AutolandError('registry.unreachable', 'down'));
    await look(['a']);
    expect(await left()).toEqual(['a']);
    registry.describe = working;
  });

  it('is dealt with when there is nothing to propose any more', async () => {
    project(['a', 'b']);
    const { proposals } = await look(['a']);
    await lose(proposals[0]?.change);
    project(['b']);
    await look(['a']);
    expect(await left()).toEqual([]);
  });
});
