import type { ChangeId, Sha } from '../../domain/change.ts';
import type { RevertGit } from '../../engine/revert.ts';
import type { GitCommit, GitReader } from '../../ports/git-host.ts';
import type { TestCommands, TestRunner } from '../../ports/test-runner.ts';
import { type Colour, nextStep } from './bisect.ts';
import {
  type Found,
  type InquiryReport,
  type Measure,
  type Measurement,
  nobody,
  shortName,
  unmeasured,
} from './inquiry.ts';
import { skip } from './rules.ts';
import { type AccusationSettings, accuse } from './run-accusation.ts';
import { colourOf, readCheck } from './run-colour.ts';

export type InquiryDeps = {
  readonly git: Pick<GitReader, 'history'> & RevertGit;
  readonly tests: Pick<TestRunner, 'compare'>;
};

export type InquirySettings = AccusationSettings & {
  readonly maxCommits: number;
  /** Its `test` is the check: it passes where users are well, and fails where they meet the incident. */
  readonly check: TestCommands;
  /** A change that is under way beyond what all users have, and that some may meet; undefined: there is none. */
  readonly exposed: { readonly change: ChangeId; readonly commit: Sha } | undefined;
  /** Hears of each measurement when it ends. */
  readonly onMeasured: (measured: Measurement) => void;
};

/** Looks for the commit that brought an incident to what users have, by a check; and proposes to take it back where that is seen to mend it. */
export async function runInquiry(deps: InquiryDeps, settings: InquirySettings): Promise<InquiryReport> {
  const measured: Measurement[] = [];
  const measure: Measure = async (of) => {
    const seen = { commit: of, ...(await colourOf(deps.tests, settings.check, { of, read: readCheck })) };
    measured.push(seen);
    settings.onMeasured(seen);
    return seen.colour;
  };
  return { ...(await inquire(deps, settings, measure)), measured };
}

async function inquire(deps: InquiryDeps, settings: InquirySettings, measure: Measure): Promise<Found> {
  const { head } = settings.window;
  const colour = await measure(head);
  if (colour === 'unknown') return unmeasured('what users have', head);
  if (colour === 'green') return underWay(settings, measure);
  const line = await lineOf(deps, settings);
  if ('code' in line) return line;
  const found = await halve(line, measure);
  if ('code' in found) return found;
  return accuse(deps, settings, { found, line, measure });
}

/** All users are well; those may not be who are given something newer already. */
async function underWay({ exposed, window }: InquirySettings, measure: Measure): Promise<Found> {
  const what = `The check passes on what users have, ${shortName(window.head)}`;
  if (exposed === undefined || (await measure(exposed.commit)) !== 'red')
    return nobody('not-reproduced', `${what}: the fault does not show there, and nobody is blamed.`);
  const { change, commit } = exposed;
  const reason = `${what}, and fails on ${change}, which is given to users now: it is taken back.`;
  return { ...skip('under-way', reason), culprit: { commit, change }, proposal: null, takeBack: change };
}

/** First-parent, newest first, as far as is looked back. */
async function lineOf(
  { git }: InquiryDeps,
  settings: InquirySettings,
): Promise<readonly GitCommit[] | Found> {
  const { window, maxCommits } = settings;
  if (window.head === window.base)
    return nobody(
      'no-candidate',
      `Users have had ${shortName(window.head)} all the time: nothing that came since can have brought it.`,
    );
  const all = (await git.history(null, window.head)).toReversed();
  const at = all.findIndex(({ sha }) => sha === window.base);
  if (at === -1)
    return nobody(
      'no-line',
      `${shortName(window.base)}, which ran before, is not on the way to ${shortName(window.head)}: there is nothing to halve.`,
    );
  return all.slice(0, Math.min(at, maxCommits) + 1);
}

/** The red commit after a green one. */
async function halve(line: readonly GitCommit[], measure: Measure): Promise<GitCommit | Found> {
  const commits = line.map(({ sha }) => sha);
  const [head = '', oldest = ''] = [commits[0], commits.at(-1)];
  // Asked first: where the fault is older than the window, that is all there is to know.
  const known = new Map<Sha, Colour>([
    [head, 'red'],
    [oldest, await measure(oldest)],
  ]);
  if (known.get(oldest) === 'red')
    return nobody(
      'before-window',
      `The check fails on ${shortName(oldest)} too, from before the incident: the fault is older, or the check shows another one.`,
    );
  for (;;) {
    const step = nextStep(commits, known);
    if (step.kind === 'measure') known.set(step.commit, await measure(step.commit));
    else if (step.kind === 'culprit') return line.find(({ sha }) => sha === step.commit) as GitCommit;
    else return unclear('among' in step ? step.among : [], oldest);
  }
}

function unclear(among: readonly Sha[], oldest: Sha): Found {
  if (among.length === 0) return unmeasured('what ran before the incident', oldest);
  return nobody(
    'unclear',
    `It came with one of ${among.map(shortName).join(', ')}, of which not all can be asked.`,
  );
}
