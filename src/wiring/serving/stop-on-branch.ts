import { FileControls } from '../../adapters/controls/file-controls.ts';
import { openGitReader } from '../../adapters/git-host/local/local-git-host.ts';
import type { Sha } from '../../domain/change.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { Place } from '../place/place.ts';
import type { Repository } from '../place/repository.ts';
import { BranchRules } from '../place/rules.ts';
import { tellTrouble } from '../trouble.ts';

const file = '.autoland/STOP';
const lookMs = 1_000;
const longestReason = 500;

type Git = Pick<GitReader, 'resolve' | 'readFile' | 'list'>;
type OpenGit = { readonly reader: Git; readonly close: () => Promise<void> };
type Found = { readonly commit: Sha; readonly reason: string };

/** Whether the tip of the protected branch holds the red button; whatever stands there under that name is one. */
export async function stopOnBranch(
  git: Git,
  rules = new BranchRules(git, false),
): Promise<Found | undefined> {
  // A configuration that is broken must not hide the button.
  const branch = await rules.load().then(
    ({ config }) => config.branch,
    () => rules.peek()?.config.branch ?? 'HEAD',
  );
  const commit = await git.resolve(branch);
  const paths = (await git.list(commit, '.autoland')).map(({ path }) => path);
  if (!paths.some((path) => path === file || path.startsWith(`${file}/`))) return undefined;
  const text = await git.readFile(commit, file).catch(() => undefined);
  const [line = ''] = (text?.toString() ?? '').trim().split('\n');
  return { commit, reason: line.slice(0, longestReason) || 'no reason given' };
}

/**
 * Presses the red button of the state directory when a person has pushed one: every process reads that. By the
 * supervisor, so that it works while control plane and journal are down. Taking it from the branch resumes nothing:
 * that is a person's act.
 */
export async function heedBranch(place: Place, opened?: OpenGit): Promise<{ close(): Promise<void> }> {
  const { reader, close } = opened ?? (await openGitReader(place.repo));
  const controls = new FileControls(place.state);
  const rules = new BranchRules(reader, false);
  const look = async () => {
    const found = await stopOnBranch(reader, rules);
    if (found === undefined) return;
    await controls.stop(`branch:${found.commit.slice(0, 10)}`, `${file}: ${found.reason}`);
  };
  let isOver = false;
  // A look that the end cuts off is no trouble.
  const told = (thrown: unknown) => {
    if (!isOver) tellTrouble(`${file} could not be looked for: ${messageOf(thrown)}`);
  };
  await look().catch(told);
  const timer = setInterval(() => {
    look().catch(told);
  }, lookMs);
  return {
    close: async () => {
      isOver = true;
      clearInterval(timer);
      await close();
    },
  };
}

/** Rejects with `stop.on-branch` while the branch says stop: it would be stopped again within a second. */
export async function mustMayResume({ repo }: Place): Promise<void> {
  const { reader, close } = await openGitReader(repo);
  try {
    const found = await stopOnBranch(reader).catch(() => undefined);
    if (found === undefined) return;
    throw new AutolandError(
      'stop.on-branch',
      `expected no ${file} on the protected branch, found one in ${found.commit.slice(0, 10)}: ${found.reason}`,
      { mend: 'remove it from the branch, then autoland resume' },
    );
  } finally {
    await close();
  }
}

/** What the supervisor did, which writes no journal. */
export async function journalBranchStop({
  controls,
  store,
}: Pick<Repository, 'controls' | 'store'>): Promise<void> {
  const stopped = await controls.stopped();
  if (stopped === undefined || !stopped.by.startsWith('branch:')) return;
  const { by, at, reason } = stopped;
  const events = [{ type: 'control.stopped', actor: by, data: { reason, at } }];
  await store.append({ events, once: `control.stopped ${by} ${at}` });
}
