import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NpmAdvisories } from '../../adapters/advisories/npm-advisories.ts';
import { ChildApiReader } from '../../adapters/api/child-api-reader.ts';
import { KeptApiReader } from '../../adapters/api/kept-api-reader.ts';
import { DsseAttestor } from '../../adapters/attestor/dsse-attestor.ts';
import { DsseVerifier } from '../../adapters/attestor/dsse-verifier.ts';
import { SandboxBenchmarker } from '../../adapters/benchmarker/sandbox-benchmarker.ts';
import { SandboxBuilder } from '../../adapters/builder/sandbox-builder.ts';
import { SandboxReproducer } from '../../adapters/builder/sandbox-reproducer.ts';
import { TreeWorkbench } from '../../adapters/coding-agent/workbench.ts';
import { ChildDiffReader } from '../../adapters/diff-reader/child-diff-reader.ts';
import { ChildDocumentReader } from '../../adapters/document-reader/child-document-reader.ts';
import { SandboxDriverRunner } from '../../adapters/driver-runner/sandbox-driver-runner.ts';
import { FileDriverShelf } from '../../adapters/driver-shelf/file-driver-shelf.ts';
import { EvidenceCache } from '../../adapters/evidence-cache.ts';
import { ChildFixMaker } from '../../adapters/fix-maker/child-fix-maker.ts';
import { ChildFlagRemover } from '../../adapters/flag-remover/child-flag-remover.ts';
import { openGitHost } from '../../adapters/git-host/local/local-git-host.ts';
import { FileKeyRing } from '../../adapters/keys/file-key-ring.ts';
import { SandboxLinter } from '../../adapters/linter/sandbox-linter.ts';
import { KeptBoundaryMutator } from '../../adapters/mutation/kept-boundary-mutator.ts';
import { SandboxBoundaryMutator } from '../../adapters/mutation/sandbox-boundary-mutator.ts';
import { SandboxMutator } from '../../adapters/mutation/sandbox-mutator.ts';
import { NpmProofs } from '../../adapters/package-proofs/npm-proofs.ts';
import { FileProfileCache } from '../../adapters/profile-cache/file-profile-cache.ts';
import { ChildProver } from '../../adapters/prover/child-prover.ts';
import { NpmRegistry } from '../../adapters/registry/npm-registry.ts';
import { loadNpmSettings } from '../../adapters/registry/npm-settings.ts';
import { Packuments } from '../../adapters/registry/packuments.ts';
import { RegistryProxy } from '../../adapters/registry/registry-proxy.ts';
import { FileReleaseStore } from '../../adapters/release-store/file-release-store.ts';
import { SandboxReplayer } from '../../adapters/replayer/sandbox-replayer.ts';
import { ChildRewriter } from '../../adapters/rewriter/child-rewriter.ts';
import { BubblewrapSandbox } from '../../adapters/sandbox/bubblewrap/bubblewrap-sandbox.ts';
import { ChildSecretScanner } from '../../adapters/secret-scanner/child-secret-scanner.ts';
import { ChildSpeller } from '../../adapters/speller/child-speller.ts';
import { ChildSyntaxComparer } from '../../adapters/syntax/child-syntax-comparer.ts';
import { projectJobs } from '../../adapters/test-runner/project-commands.ts';
import { SandboxTestMeasurer } from '../../adapters/test-runner/sandbox-test-measurer.ts';
import { SandboxTestRunner } from '../../adapters/test-runner/sandbox-test-runner.ts';
import { FileTextCache } from '../../adapters/text-cache.ts';
import { TileLog } from '../../adapters/tile-log/tile-log.ts';
import type { Sha } from '../../domain/change.ts';
import type { Rules, RulesSource } from '../../ports/rules.ts';
import type { WorkbenchCommands } from '../../ports/workbench.ts';
import { exchangeRecorder, recordingBudget } from '../models/exchanges.ts';
import { openSpanSink } from '../models/span-sink.ts';
import { logOrigin } from '../place/origin.ts';
import type { Repository } from '../place/repository.ts';
import { BranchRules } from '../place/rules.ts';

/** Author and committer of everything that lands. */
export const bot = { name: 'autoland', email: 'bot@autoland.invalid' };

/** Everything with which changes are made, tested and landed: keys, git, sandbox, registry. */
export type Workshop = Awaited<ReturnType<typeof openWorkshop>>;

export async function openWorkshop(repository: Repository, options: { unsignedAllowed: boolean }) {
  const { place, clock, store } = repository;
  const { files } = place;
  const keyRing = await FileKeyRing.open(files.keys, { create: true });
  const spans = await openSpanSink(process.env);
  const git = await openGitHost({ dir: place.repo, keyRing, bot, scratchIn: files.scratch });
  const rules = new BranchRules(git, options.unsignedAllowed);
  const registrySocket = join(files.run, `registry-${process.pid}.sock`);
  const sandbox = new BubblewrapSandbox({ stateDir: place.state, workDir: files.work, registrySocket });
  const before = followBefore(rules);
  const settings = await loadNpmSettings({ env: process.env });
  const packuments = new Packuments({ settings, before });
  const registry = new NpmRegistry({ settings, packuments });
  const proxy = new RegistryProxy({
    socket: registrySocket,
    settings,
    before,
    packuments,
    owner: sandbox.owner(),
    cacheDir: join(files.cache, 'tarballs'),
  });
  await proxy.start();
  const workspace = await ownDirectory(files.work, 'jobs');
  const releases = await FileReleaseStore.open(files.releases);
  const attestor = new DsseAttestor(keyRing);
  const evidence = new EvidenceCache(join(files.cache, 'evidence'));
  const nodeVersion = process.version;
  const parts = { git, sandbox, releases, attestor, clock, workspace };
  const jobs = projectJobs({ git, sandbox, workspace, nodeVersion, tarball: proxy.tarball.bind(proxy) });
  return {
    ...parts,
    keyRing,
    rules,
    registry,
    packageProofs: new NpmProofs({ settings, packuments }),
    advisories: new NpmAdvisories(settings),
    api: new KeptApiReader(new ChildApiReader(), new EvidenceCache(join(files.cache, 'readings'))),
    syntax: new ChildSyntaxComparer(),
    prover: new ChildProver(),
    remover: new ChildFlagRemover(),
    profiles: new FileProfileCache(join(files.cache, 'profiles')),
    secrets: new ChildSecretScanner(),
    /** What models and tools say on the way. */
    recorder: exchangeRecorder(repository, recordingBudget(rules), spans),
    documents: new ChildDocumentReader(),
    speller: new ChildSpeller(),
    linter: new SandboxLinter(jobs),
    rewriter: new ChildRewriter(),
    benchmarker: new SandboxBenchmarker(jobs),
    fixing: {
      maker: new ChildFixMaker(),
      tests: new SandboxTestMeasurer(jobs),
      clock,
      open: (commit: Sha, commands: WorkbenchCommands) => TreeWorkbench.open({ git, jobs, commit, commands }),
    },
    diffs: new ChildDiffReader(),
    answers: new FileTextCache(join(files.cache, 'answers'), { entries: 2_000, bytes: 256 * 1024 }),
    tests: new SandboxTestRunner({ ...jobs, evidence }),
    mutator: new SandboxMutator(jobs),
    replayer: new SandboxReplayer({ ...jobs, evidence }),
    drivers: new SandboxDriverRunner(jobs),
    shelf: new FileDriverShelf(join(files.cache, 'drivers')),
    boundary: new KeptBoundaryMutator(new SandboxBoundaryMutator(jobs), evidence),
    attestations: new DsseVerifier(keyRing),
    reproducer: new SandboxReproducer(jobs),
    builder: new SandboxBuilder({ ...parts, repository: place.repo }),
    auditLog: new TileLog({ store, keyRing, origin: logOrigin, directory: files.log }),
    async close(): Promise<void> {
      await spans?.close();
      await proxy.close();
      await rm(registrySocket, { force: true });
      await git.close();
    },
  };
}

/** The registry is read as of the date that the protected branch names; asked synchronously, so the last answer counts. */
function followBefore(rules: RulesSource & { peek(): Rules | undefined }): () => Date | undefined {
  return () => {
    const before = rules.peek()?.config.registry.before;
    return before == null ? undefined : new Date(before);
  };
}

/** Job directories of this process; what a killed one left is swept by gc. */
async function ownDirectory(work: string, name: string): Promise<string> {
  const dir = join(work, name);
  await mkdir(dir, { recursive: true, mode: 0o711 });
  return dir;
}
