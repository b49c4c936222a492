import type { Proposal, Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { printable } from '../../domain/printable.ts';
import { counted } from '../../domain/words.ts';
import type { GitInbox, GitReader } from '../../ports/git-host.ts';
import type { Rewriter } from '../../ports/rewriter.ts';
import type { TestCommands } from '../../ports/test-runner.ts';
import { type PortionRules, portionOf, type Skipped } from '../portions.ts';
import { type Candidate, candidateOf, isWanted, most, nameOf } from './candidates.ts';
import { type HotFunction, ownFunctions, readProfile } from './profile.ts';
import { assumesOf, changeOf, kindOf, messageOf } from './proposal.ts';
import { type ProvingDeps, type ProvingRules, prove } from './run-prove.ts';

export type PerformanceDeps = ProvingDeps & {
  readonly git: Pick<GitReader, 'resolve' | 'readFile' | 'list'> & GitInbox;
  readonly rewriter: Rewriter;
};

export type PerformanceSettings = Omit<PortionRules, 'agent' | 'base' | 'maxWeight' | 'maxFiles'> &
  Omit<ProvingRules, 'commands'> & {
    readonly target: string;
    readonly asOf: Date;
    /** Text of a `.cpuprofile`; undefined: nobody gave one, so there is nothing to do. */
    readonly profile: string | undefined;
    /** undefined: the project has no tests. */
    readonly commands: TestCommands | undefined;
    readonly ignore: readonly string[];
    readonly protectedPaths: readonly string[];
    /** Candidates that are measured in one scan; alpha is shared among them. */
    readonly maxMeasured: number;
  };

export type PerformanceReport = {
  readonly proposals: readonly Proposal[];
  readonly skipped: readonly Skipped[];
};

const mostBytes = 512 * 1024;

/** From where a profile says that time goes to what makes it less, proposed only where both sameness and gain were seen. */
export async function runPerformanceAgent(
  deps: PerformanceDeps,
  settings: PerformanceSettings,
): Promise<PerformanceReport> {
  const { profile, commands } = settings;
  if (profile === undefined) return { proposals: [], skipped: [] };
  if (commands === undefined)
    return nothing('no-tests', 'Without commands.test nothing can show that a change does the same.');
  const base = await deps.git.resolve(settings.target);
  const hot = await hotFunctions(deps, settings, base);
  if (hot.length === 0)
    return nothing(
      'no-own-code',
      'No file of the branch, of those that people write, is hot in the profile.',
    );
  const { candidates, skipped } = await candidatesOf(deps, hot, base);
  return proposeAll(deps, { ...settings, commands }, { base, candidates, skipped });
}

function nothing(word: string, reason: string): PerformanceReport {
  return { proposals: [], skipped: [told('performance', word, reason)] };
}

async function hotFunctions(
  { git }: PerformanceDeps,
  settings: PerformanceSettings,
  base: Sha,
): Promise<readonly HotFunction[]> {
  const files = await git.list(base, '');
  const paths = files.filter(({ kind }) => kind === 'file' || kind === 'executable').map(({ path }) => path);
  return ownFunctions(readProfile(settings.profile ?? ''), paths)
    .filter(({ path, share }) => share >= most.leastShare && isWanted(path, settings))
    .slice(0, most.functions);
}

type Found = { readonly candidates: readonly Candidate[]; readonly skipped: readonly Skipped[] };

/** Hottest first. */
async function candidatesOf(deps: PerformanceDeps, hot: readonly HotFunction[], base: Sha): Promise<Found> {
  const candidates: Candidate[] = [];
  const skipped: Skipped[] = [];
  for (const [path, functions] of Map.groupBy(hot, (each) => each.path)) {
    const bytes = await deps.git.readFile(base, path);
    const text = bytes?.toString('utf8') ?? '';
    const isReadable = bytes !== undefined && bytes.length <= mostBytes && bytes.equals(Buffer.from(text));
    const answers = isReadable ? await deps.rewriter.rewrite({ path, text, functions }) : undefined;
    for (const [at, each] of functions.entries()) {
      const answer = answers?.[at];
      if (answer?.kind === 'rewritten') candidates.push(candidateOf(each, text, answer));
      else skipped.push(whyNot(each, answer?.kind));
    }
  }
  return { candidates: candidates.toSorted((a, b) => b.hot.share - a.hot.share), skipped };
}

function whyNot(hot: HotFunction, kind: 'nothing' | 'elsewhere' | undefined): Skipped {
  const name = nameOf(hot);
  if (kind === undefined) return told(name, 'not-read', 'Its file cannot be read as code.');
  if (kind === 'elsewhere')
    return told(
      name,
      'elsewhere',
      'No function of that name begins there: the profile is of another commit.',
    );
  const share = (100 * hot.share).toFixed(1);
  return told(
    name,
    'nothing',
    `It takes ${share} %, and none of the rewrites that are known to be safe fits.`,
  );
}

type Work = Found & { readonly base: Sha };

async function proposeAll(
  deps: PerformanceDeps,
  settings: PerformanceSettings & ProvingRules,
  { base, candidates, skipped: before }: Work,
): Promise<PerformanceReport> {
  const skipped = [...before];
  const proposals: Proposal[] = [];
  const rules = { ...settings, agent: 'performance', base, maxWeight: 1, maxFiles: 1 };
  const chosen: Candidate[] = [];
  for (const candidate of candidates) {
    const portion = portionOf(kindOf(candidate), [candidate], rules, chosen.length);
    skipped.push(...portion.skipped);
    chosen.push(...portion.items);
  }
  const measured = chosen.slice(0, settings.maxMeasured);
  const rest = chosen.length - measured.length;
  if (rest > 0) skipped.push(told('performance', 'later', `${counted(rest, 'more function')} to measure.`));
  // One of them found by luck is one claim too many, whichever it is.
  const shared = { ...settings, alpha: settings.alpha / Math.max(1, measured.length) };
  for (const candidate of measured) {
    const made = await proposeOne(deps, shared, { base, candidate });
    if ('head' in made) proposals.push(made);
    else skipped.push(made);
  }
  return { proposals, skipped };
}

async function proposeOne(
  deps: PerformanceDeps,
  settings: PerformanceSettings & ProvingRules,
  { base, candidate }: { readonly base: Sha; readonly candidate: Candidate },
): Promise<Proposal | Skipped> {
  const files = new Map([[candidate.path, Buffer.from(candidate.text)]]);
  const make = (message: string, ref: string | null) =>
    deps.git.propose({ base, files, message, ref, at: settings.asOf });
  try {
    const head = await make(`Measure ${candidate.key}\n`, null);
    const proved = await prove(deps, settings, candidate, { base, head });
    if (proved.kind === 'doubt')
      return told(candidate.name, proved.word, withAssumptions(candidate, proved.reason));
    const { ref, ...change } = changeOf(candidate, base, proved.proof);
    const made = await make(messageOf(candidate, proved.proof), ref);
    return { ...change, ref, head: made, target: settings.target };
  } catch (error) {
    if (!(error instanceof AutolandError)) throw error;
    return { name: candidate.name, code: error.code, reason: error.message };
  }
}

function withAssumptions(candidate: Candidate, reason: string): string {
  const rules = [...new Set(candidate.rewrites.map(({ rule }) => rule))].join(', ');
  const assumes = assumesOf(candidate);
  return `Tried ${rules}${assumes.length === 0 ? '' : `, as long as ${assumes.join(', and ')}`}. ${reason}`;
}

function told(name: string, word: string, reason: string): Skipped {
  return { name: printable(name), code: `performance.${word}`, reason: printable(reason).slice(0, 600) };
}
