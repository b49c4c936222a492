import type { Proposal, Sha } from '../../domain/change.ts';
import { printable } from '../../domain/printable.ts';
import { makeRevert, type RevertGit } from '../../engine/revert.ts';
import type { GitCommit, GitReader } from '../../ports/git-host.ts';
import type { TestCommands, TestRunner } from '../../ports/test-runner.ts';
import { type Colour, nextStep } from './bisect.ts';
import { type Culprit, declined, type RevertRules, type Skipped, skip } from './rules.ts';
import { colourOf, readTests } from './run-colour.ts';

export type RevertDeps = {
  readonly git: Pick<GitReader, 'history'> & RevertGit;
  readonly tests: Pick<TestRunner, 'compare'>;
};

export type RevertSettings = RevertRules & {
  readonly target: string;
  /** How far back a green commit is looked for. */
  readonly maxCommits: number;
  /** undefined: no tests are configured. */
  readonly commands: TestCommands | undefined;
  /** By merge commit: what landed here. */
  readonly landed: ReadonlyMap<Sha, Culprit>;
  /** The tip that an earlier scan came to an end with, and what it said. */
  readonly known: { readonly tip: Sha; readonly skipped: readonly Skipped[] } | undefined;
};

export type RevertReport = {
  readonly proposals: readonly Proposal[];
  readonly skipped: readonly Skipped[];
  /** What was looked at, to be given back as `known`; undefined: nothing was. */
  readonly tip: Sha | undefined;
};

/** Where the branch's own tests are red: finds the merge since which they are, and proposes to take it back. */
export async function runRevertAgent(deps: RevertDeps, settings: RevertSettings): Promise<RevertReport> {
  const { commands, known, target } = settings;
  if (commands === undefined) return { proposals: [], skipped: [], tip: undefined };
  const tip = await deps.git.resolve(target);
  if (known?.tip === tip) return { proposals: [], skipped: known.skipped, tip };
  const found = await culpritOf(deps, settings, { tip, commands });
  if (found === undefined) return { proposals: [], skipped: [], tip };
  const made = 'sha' in found ? await takeBack(deps, settings, found) : found;
  return 'code' in made ? { proposals: [], skipped: [made], tip } : { proposals: [made], skipped: [], tip };
}

/** The commit that made it red; undefined: it is green. */
async function culpritOf(
  deps: RevertDeps,
  { maxCommits, target }: RevertSettings,
  { tip, commands }: { readonly tip: Sha; readonly commands: TestCommands },
): Promise<GitCommit | Skipped | undefined> {
  const line = (await deps.git.history(null, tip)).toReversed().slice(0, maxCommits);
  const commits = line.map(({ sha }) => sha);
  const measured = new Map<Sha, Colour>();
  for (;;) {
    const step = nextStep(commits, measured);
    if (step.kind === 'green') return undefined;
    if (step.kind === 'culprit') return line.find(({ sha }) => sha === step.commit);
    if (step.kind === 'unclear') return { name: target, ...unclear(step.among, measured.get(tip)) };
    const of = step.commit;
    measured.set(of, (await colourOf(deps.tests, commands, { of, read: readTests })).colour);
  }
}

function unclear(among: readonly Sha[], tip: Colour | undefined): Omit<Skipped, 'name'> {
  if (tip === 'unknown')
    return skip('unmeasured', 'Its tests could not be run twice with the same end: nobody is blamed.');
  if (among.length === 0) return skip('no-green', 'It is red, and no commit before it is known to be green.');
  return skip('unclear', `It is red since one of ${among.map((sha) => sha.slice(0, 12)).join(', ')}.`);
}

async function takeBack(
  { git }: RevertDeps,
  settings: RevertSettings,
  found: GitCommit,
): Promise<Proposal | Skipped> {
  const { target, asOf } = settings;
  const commit = found.sha;
  const culprit = settings.landed.get(commit) ?? broughtByPerson(found);
  const against = declined({ commit, culprit, failing: 'The branch is red' }, settings);
  if (against !== undefined) return against;
  return propose(git, { commit, culprit, target, why: `The tests of ${target} fail since it.`, at: asOf });
}

type Taking = {
  readonly commit: Sha;
  readonly culprit: Culprit;
  readonly target: string;
  /** One line, of which `makeRevert` says what it MUST NOT hold. */
  readonly why: string;
  readonly at: Date;
};

/** The proposal that takes a commit back, where it can be undone cleanly. */
export async function propose(git: RevertGit, { culprit, ...of }: Taking): Promise<Proposal | Skipped> {
  const { change, title } = culprit;
  const made = await makeRevert(git, { change, title, ...of });
  if (made.kind === 'proposed') return made.proposal;
  return { name: of.commit, ...conflict(change ?? of.commit, made.paths) };
}

export function conflict(name: string, paths: readonly string[]): Omit<Skipped, 'name'> {
  return skip('conflict', `${name} cannot be reverted cleanly any more: ${paths.slice(0, 5).join(', ')}.`);
}

/** As `git revert` begins the message of its commits, and as ours say it. */
const saysRevert = /^Revert "|^This reverts commit |^Autoland-Reverts: /m;
const longestTitle = 100;

export function broughtByPerson({ message, at, sha }: GitCommit): Culprit {
  const [subject = ''] = message.split('\n', 1);
  const title = printable(subject).trim().slice(0, longestTitle) || sha;
  return { change: undefined, title, isRevert: saysRevert.test(message), mergedAt: at };
}
