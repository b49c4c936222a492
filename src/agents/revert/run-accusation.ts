import type { Proposal, Sha } from '../../domain/change.ts';
import type { RevertGit } from '../../engine/revert.ts';
import type { GitCommit } from '../../ports/git-host.ts';
import { type Found, type Measure, nobody, shortName } from './inquiry.ts';
import { type Culprit, declined, type RevertRules, type Skipped, skip } from './rules.ts';
import { broughtByPerson, conflict, propose } from './run.ts';

export type AccusationDeps = { readonly git: RevertGit };

export type AccusationSettings = RevertRules & {
  readonly target: string;
  /** The newest commit that all users have, and the newest of before the incident. */
  readonly window: { readonly head: Sha; readonly base: Sha };
  /** By merge commit: what landed here. */
  readonly landed: ReadonlyMap<Sha, Culprit>;
  /** Whether what is found may be proposed for revert. */
  readonly mayPropose: boolean;
};

export type Case = {
  readonly found: GitCommit;
  readonly line: readonly GitCommit[];
  readonly measure: Measure;
};

type Told = Omit<Skipped, 'name'>;

/** What is found is measured anew, so that nobody is blamed by luck, and its revert is, so that nothing is reverted in vain. */
export async function accuse(
  deps: AccusationDeps,
  settings: AccusationSettings,
  { found, line, measure }: Case,
): Promise<Found> {
  const commit = found.sha;
  const before = line[line.indexOf(found) + 1]?.sha ?? '';
  if (!(await isSteady(measure, { red: commit, green: before })))
    return nobody(
      'flickers',
      `Asked again, the check did not say the same of ${shortName(commit)} and the commit before it: nobody is blamed.`,
    );
  const culprit = settings.landed.get(commit) ?? broughtByPerson(found);
  const blamed = { culprit: { commit, change: culprit.change ?? null }, takeBack: null };
  const ended = ({ code, reason }: Told, proposal: Proposal | null = null): Found => ({
    ...blamed,
    ...{ code, reason, proposal },
  });
  const accused = { commit, culprit, name: culprit.change ?? shortName(commit), measure };
  const against = await objection(deps, settings, accused);
  if (against !== undefined) return ended(against);
  const { target, asOf } = settings;
  const made = await propose(deps.git, { commit, culprit, target, why, at: asOf });
  if ('code' in made) return ended(made);
  return ended(skip('proposed', `${sinceAndWithout(accused)}: its revert is proposed.`), made);
}

const why = 'A check that shows an incident fails since it, and passes without it.';

function sinceAndWithout({ name }: Pick<Accused, 'name'>): string {
  return `The check fails since ${name}, and passes without it`;
}

type Accused = {
  readonly commit: Sha;
  readonly culprit: Culprit;
  /** For people. */
  readonly name: string;
  readonly measure: Measure;
};

/** Why it is not taken back all the same; undefined: nothing speaks against it. */
async function objection(
  deps: AccusationDeps,
  settings: AccusationSettings,
  accused: Accused,
): Promise<Told | undefined> {
  const { commit, culprit } = accused;
  return (
    (await mendedAlready(deps, settings, accused)) ??
    declined({ commit, culprit, failing: 'The check fails' }, settings) ??
    (await notMending(deps, settings, accused)) ??
    (settings.mayPropose ? undefined : skip('not-asked', `${sinceAndWithout(accused)}.`))
  );
}

const rounds = 2;

async function isSteady(
  measure: Measure,
  { red, green }: { readonly red: Sha; readonly green: Sha },
): Promise<boolean> {
  for (let round = 0; round < rounds; round += 1)
    if ((await measure(red)) !== 'red' || (await measure(green)) !== 'green') return false;
  return true;
}

/** What production runs may be behind the branch. */
async function mendedAlready(
  { git }: AccusationDeps,
  { target, window }: AccusationSettings,
  { measure }: Accused,
): Promise<Told | undefined> {
  const tip = await git.resolve(target);
  const colour = tip === window.head ? 'red' : await measure(tip);
  if (colour === 'red') return undefined;
  const of = `${target}, ${shortName(tip)}`;
  if (colour === 'unknown') return skip('unmeasured', `The check did not say the same twice of ${of}.`);
  return skip('mended', `The check passes on ${of}: what is missing is its release.`);
}

async function notMending(
  { git }: AccusationDeps,
  { target }: AccusationSettings,
  { commit, name, measure }: Accused,
): Promise<Told | undefined> {
  const reverted = await git.revertTree(await git.resolve(target), commit);
  if (reverted.kind === 'conflict') return conflict(name, reverted.paths);
  if ((await measure(reverted.tree)) === 'green') return undefined;
  return skip(
    'not-mending',
    `The check fails since ${name}, and does not pass without it on today's branch: a person has to look.`,
  );
}
