import { DsseVerifier } from '../../adapters/attestor/dsse-verifier.ts';
import { readFlagFile } from '../../adapters/flags/flag-file.ts';
import { isCommitSignedBy } from '../../adapters/git-host/local/commit-object.ts';
import { openGitReader } from '../../adapters/git-host/local/local-git-host.ts';
import { runGit } from '../../adapters/git-host/local/run-git.ts';
import type { PublicKeyRing } from '../../adapters/keys/file-key-ring.ts';
import { FileReleaseStore } from '../../adapters/release-store/file-release-store.ts';
import { RuntimeClient } from '../../adapters/runtime/processes/runtime-client.ts';
import { readRoutes } from '../../adapters/runtime/routes-file.ts';
import { type FsckFacts, type FsckFinding, fsck } from '../../audit/fsck.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { Entry } from '../../domain/journal.ts';
import { trailersOf } from '../../domain/trailers.ts';
import type { GitReader } from '../../ports/git-host.ts';
import { type Position, positionNote, readPosition, splitsOf } from '../../stages/7-rollout/position.ts';
import { autonomyProblems, autonomyTypes } from '../../views/autonomy.ts';
import { inProduction, standingFlags } from '../../views/ledger.ts';
import { stablesOf } from '../../views/production.ts';
import { examineRecordings } from '../models/recordings.ts';
import type { PlaceOptions } from '../place/place.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { BranchRules, configAt } from '../place/rules.ts';
import { openPublicKeys, verifyLogOf } from './audit.ts';

/** `autoland fsck`. */
export async function checkRepository(
  options: PlaceOptions,
): Promise<{ ok: boolean; findings: readonly FsckFinding[] }> {
  await using repository = await openRepository(options, 'read');
  const findings = fsck(await gather(repository));
  return { ok: findings.every(({ ok }) => ok), findings };
}

async function gather(repository: Repository): Promise<FsckFacts> {
  const { place } = repository;
  const keys = await openPublicKeys(place);
  const journal = await journalFacts(repository);
  const routes = attempt(() => readRoutes(place.files).map(({ route }) => route));
  // The store takes a file that it cannot read for one in which all is off, as routers do.
  const flags = attempt(() => readFlagFile(place.files.flags));
  return {
    journal,
    branch: await branchFacts(repository, keys),
    routes: routes.found ?? [],
    unread: { routes: routes.why, flags: flags.why },
    running: await runningVersions(place.state),
    flags: await repository.flags.all(),
    releases: await releaseFacts(place.files.releases, keys, journal),
    log: await logFacts(repository),
    recordings: await recordingFacts(repository),
  };
}

function attempt<T>(read: () => T): { readonly found?: T; readonly why: string | null } {
  try {
    return { found: read(), why: null };
  } catch (thrown) {
    return { why: messageOf(thrown) };
  }
}

async function journalFacts(repository: Repository): Promise<FsckFacts['journal']> {
  const ledger = await repository.ledger();
  const merges: { change: string; commit: string; tree: string }[] = [];
  for (const { id, merge } of ledger.changes.values()) {
    if (merge === null) continue;
    const tree = (await repository.change(id)).state.results.classify?.tree ?? 'not known';
    merges.push({ change: id, commit: merge.commit, tree });
  }
  return {
    merges,
    services: [...ledger.production.values()].map(({ stable, previous }) => ({
      service: stable.service,
      digest: stable.digest,
      previousDigest: previous?.digest ?? null,
    })),
    standingFlags: standingFlags(ledger),
    autonomy: await autonomyFacts(repository),
    rollout: await rolloutFacts(repository),
  };
}

async function autonomyFacts({ store }: Repository): Promise<readonly string[]> {
  const concluded = await store.read({ types: ['change.concluded'] });
  const failed = concluded
    .filter(({ data }) => data.outcome === 'rolled-back')
    .map(({ change = '' }) => change);
  const acts = await store.read({ types: autonomyTypes });
  const charged = new Set(acts.map(({ change }) => change));
  const receipts: Entry[] = [];
  for (const change of failed.filter((one) => !charged.has(one)))
    receipts.push(...(await store.read({ change, types: ['effect.done'] })));
  return autonomyProblems(acts, receipts);
}

async function rolloutFacts(repository: Repository): Promise<FsckFacts['journal']['rollout']> {
  const busy = inProduction(await repository.ledger());
  const released = busy?.releases.at(-1);
  if (busy === undefined || released === undefined) return null;
  const position = readPosition((await repository.change(busy.id)).state.notes.get(positionNote));
  const flags = position === undefined ? [] : splitsOf(position).map(flagOf);
  const isHadByAll = position?.code != null || position?.watchedSince != null;
  return { ...released, flags, isHadByAll };
}

/** The flag of a version is retired at the end; one in the code stays, on for everybody. */
function flagOf({ flag, plan, code }: Position): { key: string; weights: readonly number[] } {
  const steps = plan.steps.map(({ weight }) => weight);
  return { key: flag, weights: code == null ? steps : [...steps, 1] };
}

/** What is broken on the tip of the branch holds changes; what there is can be checked all the same. */
async function branchName(repository: Repository, reader: GitReader): Promise<string> {
  const [stable] = stablesOf((await repository.ledger()).production);
  const tip = new BranchRules(reader, false).load().then(({ config }) => config);
  return (await (stable === undefined ? tip : tip.catch(() => configAt(reader, stable.commit)))).branch;
}

async function branchFacts(repository: Repository, keys: PublicKeyRing): Promise<FsckFacts['branch']> {
  const { place } = repository;
  const lander = await keys.publicKey('lander');
  const { reader, close } = await openGitReader(place.repo);
  try {
    const branch = await branchName(repository, reader);
    const commits = await reader.history(null, await reader.resolve(branch));
    const ours = commits.flatMap(({ sha, tree, message }) => {
      const change = trailersOf(message).get('Autoland-Change');
      return change === undefined ? [] : [{ commit: sha, tree, change }];
    });
    return await Promise.all(
      ours.map(async (one) => ({
        ...one,
        signed: isCommitSignedBy(lander, await rawCommit(place.repo, one.commit)),
      })),
    );
  } finally {
    await close();
  }
}

async function rawCommit(repo: string, commit: string): Promise<string> {
  const { stdout } = await runGit({
    args: ['cat-file', 'commit', commit],
    cwd: repo,
    env: { GIT_DIR: repo },
  });
  return stdout.toString();
}

async function runningVersions(state: string): Promise<FsckFacts['running']> {
  return new RuntimeClient({ stateDir: state }).running().catch(() => null);
}

async function releaseFacts(
  dir: string,
  keys: PublicKeyRing,
  { services, rollout }: FsckFacts['journal'],
): Promise<FsckFacts['releases']> {
  const releases = new FileReleaseStore(dir);
  const verifier = new DsseVerifier(keys);
  return Promise.all(
    [...services, ...(rollout === null ? [] : [rollout])].map(async ({ service, digest }) => {
      try {
        if ((await releases.get(digest)) === undefined)
          return { digest, ok: false, detail: 'it is not in the store' };
        const gate = await releases.attached(digest, `gate-${service}`);
        if (gate === undefined)
          return { digest, ok: false, detail: `the gate has not attested it for ${service}` };
        await verifier.verify('gate', gate, digest);
        return { digest, ok: true, detail: 'whole, and attested' };
      } catch (thrown) {
        return { digest, ok: false, detail: messageOf(thrown) };
      }
    }),
  );
}

async function recordingFacts(repository: Repository): Promise<FsckFacts['recordings']> {
  const { troubles } = await examineRecordings(repository);
  return troubles.map(({ entry, kind, detail }) => `entry ${entry} (${kind}): ${detail}`);
}

async function logFacts(repository: Repository): Promise<FsckFacts['log']> {
  const result = await verifyLogOf(repository).catch(brokenLog);
  if ('ok' in result) return result;
  if (result.kind === 'ok') return { ok: true, detail: `${result.size} entries` };
  return { ok: false, detail: `${result.code}: expected ${result.expected}, found ${result.found}` };
}

/** A file of it that is something else is a disagreement like any other. */
function brokenLog(thrown: unknown): FsckFacts['log'] {
  if (thrown instanceof AutolandError && thrown.code === 'audit.broken')
    return { ok: false, detail: thrown.message };
  throw thrown;
}
