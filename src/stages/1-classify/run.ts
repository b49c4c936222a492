import type { FileChange, Proposal, Sha } from '../../domain/change.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { isLockfile, isManifest } from '../../domain/lockfile/locate.ts';
import { readLockedTree } from '../../domain/lockfile/read-tree.ts';
import { type Manifest, parseManifest } from '../../domain/npm/manifest.ts';
import type { Classification, StageContext, StageOutcome } from '../../domain/stage.ts';
import type { SourcePair } from '../../domain/syntax.ts';
import type { FlagReading } from '../../engine/ask-flags.ts';
import type { GitLander, GitReader } from '../../ports/git-host.ts';
import type { Prover } from '../../ports/prover.ts';
import type { SyntaxComparer } from '../../ports/syntax.ts';
import { overtakenCode } from '../../views/ledger.ts';
import { type ClassifyInput, classify, kindOfDiff } from './classify.ts';
import type { CrashClaim } from './crash-fix.ts';
import { foldedPath } from './paths.ts';
import {
  changedDocumentsIn,
  isComparable,
  manifestPaths,
  possibleReaders,
  sourcesToCompare,
} from './reading-list.ts';
import { readFlags } from './run-flags.ts';
import { documentsInOrders } from './run-orders.ts';
import { readSecurity, type SecurityReading } from './run-security.ts';

export type ClassifyDeps = {
  /** `diff`, `readFile` and `list` are called with tree names too. */
  readonly git: GitReader & Pick<GitLander, 'mergeTree' | 'revertTree'>;
  readonly syntax: SyntaxComparer;
  readonly prover: Pick<Prover, 'flags' | 'removedTests'>;
  /** Of the protected branch's configuration. */
  readonly flagHelpers: FlagReading['helpers'];
  /** Of the protected branch's configuration: `*` inside a name, `**` across folders. */
  readonly protectedPatterns: readonly string[];
  /** Its source makes the same change again on a newer tip. */
  readonly proposesAnew?: (proposal: Proposal) => boolean;
  /** The commit that a change claims to undo. The claim is checked: only an equal tree makes it a `revert`. */
  readonly revertOf?: (proposal: Proposal) => Sha | undefined;
  /** The crash that a change claims to mend, and what production showed of it. */
  readonly crashOf?: (proposal: Proposal) => Promise<CrashClaim | undefined>;
  /** Absent: nothing is of class `dependency-security`. */
  readonly security?: SecurityReading;
};

/** Merges the change onto the tip of its branch, and classes the difference of the two trees. */
export async function runClassify(
  deps: ClassifyDeps,
  { proposal }: Pick<StageContext, 'proposal'>,
): Promise<StageOutcome<Classification>> {
  const { git, protectedPatterns, proposesAnew } = deps;
  const base = await git.resolve(proposal.target);
  const merged = await git.mergeTree(base, proposal.head);
  if (merged.kind === 'conflict') {
    const reason = `It conflicts with ${proposal.target} in ${merged.paths.slice(0, 10).join(', ')}.`;
    return proposesAnew?.(proposal) === true
      ? stop('superseded', overtakenCode, `${reason} Its agent proposes it anew.`)
      : stop('held', 'classify.conflict', reason);
  }
  const { tree } = merged;
  const files = await git.diff(base, tree);
  if (files.length === 0) {
    return stop('refused', 'classify.empty', `${proposal.target} already holds all that this change does.`);
  }
  try {
    const facts = await gather(deps, { base, tree, files });
    const revert = await checkRevert(deps, proposal, { base, tree });
    const crash = await deps.crashOf?.(proposal);
    const ruled = classify({ ...facts, revert, crash, protectedPatterns });
    const data = { ...(await readSecurity(deps.security, ruled, facts)), base, tree, files };
    return { kind: 'done', data };
  } catch (error) {
    if (!(error instanceof AutolandError) || error.code !== 'lockfile.invalid') throw error;
    return stop('refused', error.code, error.message);
  }
}

type Diff = { readonly base: Sha; readonly tree: Sha; readonly files: readonly FileChange[] };
/** Reasons for class `other`: what could not be read, or was too much to read. */
type Unreadable = string[];

/** Throws `lockfile.invalid` when one of the two lockfiles does not parse. */
async function gather(
  deps: ClassifyDeps,
  diff: Diff,
): Promise<Omit<ClassifyInput, 'revert' | 'crash' | 'protectedPatterns'>> {
  const unreadable: Unreadable = [];
  const kind = kindOfDiff(diff.files);
  return {
    files: diff.files,
    ...(await readLocks(deps, diff, unreadable)),
    manifests: await readManifests(deps, diff, unreadable),
    readers: kind === 'docs' ? await readersOf(deps, diff, unreadable) : new Map(),
    syntax: kind === 'source' ? await compareSources(deps, diff, unreadable) : new Map(),
    flags: kind === 'source' ? await readFlags({ ...deps, helpers: deps.flagHelpers }, diff) : undefined,
    unreadable,
  };
}

type Locks = Pick<ClassifyInput, 'baseLock' | 'headLock' | 'lockfiles'>;

/** Only where the diff touches what they speak of: what cannot be read and stays as it is holds nothing up. */
async function readLocks({ git }: ClassifyDeps, diff: Diff, unreadable: Unreadable): Promise<Locks> {
  const none = { baseLock: undefined, headLock: undefined, lockfiles: [] };
  const touched = diff.files.flatMap(({ path, oldPath = path }) => [path, oldPath]);
  if (!touched.some((path) => isLockfile(path) || isManifest(path))) return none;
  const read = (commit: Sha) =>
    readLockedTree({
      read: (path) => git.readFile(commit, path),
      paths: async () => (await git.list(commit, '')).map(({ path }) => path),
    });
  try {
    const [base, head] = await Promise.all([read(diff.base), read(diff.tree)]);
    return { baseLock: base.lockfile, headLock: head.lockfile, lockfiles: [base.names, head.names] };
  } catch (error) {
    if (!(error instanceof AutolandError) || error.code !== 'manifest.invalid') throw error;
    unreadable.push(messageOf(error));
    return none;
  }
}

function readSides({ git }: ClassifyDeps, { base, tree }: Diff, path: string) {
  return Promise.all([git.readFile(base, path), git.readFile(tree, path)]);
}

async function readManifests(
  deps: ClassifyDeps,
  diff: Diff,
  unreadable: Unreadable,
): Promise<ClassifyInput['manifests']> {
  const manifests = new Map<string, { base?: Manifest; head?: Manifest }>();
  for (const path of manifestPaths(diff.files)) {
    const [before, after] = await readSides(deps, diff, path);
    try {
      manifests.set(path, {
        ...(before && { base: parseManifest(before.toString('utf8'), path) }),
        ...(after && { head: parseManifest(after.toString('utf8'), path) }),
      });
    } catch (error) {
      unreadable.push(messageOf(error));
    }
  }
  return manifests;
}

async function compareSources(
  deps: ClassifyDeps,
  diff: Diff,
  unreadable: Unreadable,
): Promise<ClassifyInput['syntax']> {
  const list = sourcesToCompare(diff.files);
  if (list.kind === 'too-much') {
    unreadable.push(list.why);
    return new Map();
  }
  const pairs: SourcePair[] = [];
  for (const path of list.paths) {
    const [before, after] = await readSides(deps, diff, path);
    if (before === undefined || after === undefined || !isComparable(before, after)) continue;
    pairs.push({ path, base: before.toString('utf8'), head: after.toString('utf8') });
  }
  return deps.syntax.compare(pairs);
}

const readAtOnce = 8;

/** Looks through every other text file of the tree for one that names a changed document. */
async function readersOf(
  { git }: ClassifyDeps,
  { base, tree, files }: Diff,
  unreadable: Unreadable,
): Promise<ClassifyInput['readers']> {
  const readers = new Map<string, string>();
  const listed = await git.list(tree, '');
  const list = possibleReaders(listed);
  if (list.kind === 'too-much') {
    unreadable.push(list.why);
    return readers;
  }
  const paths = listed.map(({ path }) => path);
  const ordering = await documentsInOrders(git, base, paths);
  if (ordering === undefined)
    unreadable.push('Which documents give agents their orders is too much to look through.');
  for (const path of files.flatMap((file) => [file.path, file.oldPath ?? file.path])) {
    const by = ordering?.get(foldedPath(path));
    if (by !== undefined) readers.set(path, by);
  }
  for (let at = 0; at < list.paths.length; at += readAtOnce) {
    const batch = list.paths.slice(at, at + readAtOnce);
    const contents = await Promise.all(batch.map((path) => git.readFile(base, path)));
    for (const [index, content] of contents.entries()) {
      const named = changedDocumentsIn(content?.toString('utf8') ?? '', files);
      for (const path of named) readers.set(path, batch[index] ?? '');
    }
  }
  return readers;
}

async function checkRevert(
  { git, revertOf }: ClassifyDeps,
  proposal: Proposal,
  { base, tree }: { base: Sha; tree: Sha },
): Promise<{ of: Sha; equal: boolean } | undefined> {
  const claimed = revertOf?.(proposal);
  if (claimed === undefined) return undefined;
  const of = await git.resolve(claimed);
  // The oldest commit after `of` has it as first parent only if `of` is on the branch's own line.
  const after = await git.history(of, base);
  const onBranch = of === base || after[0]?.parents[0] === of;
  if (!onBranch) return { of, equal: false };
  const undone = await git.revertTree(base, of);
  return { of, equal: undone.kind === 'clean' && undone.tree === tree };
}

function stop(outcome: 'held' | 'refused' | 'superseded', code: string, reason: string): StageOutcome<never> {
  return { kind: 'stop', conclusion: { outcome, code, reasons: [reason] } };
}
