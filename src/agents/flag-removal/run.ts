import { createHash } from 'node:crypto';
import type { Proposal, Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { byText } from '../../domain/npm/order.ts';
import type { SourcePair } from '../../domain/syntax.ts';
import { askFlags } from '../../flag-off/ask.ts';
import { loadable, mayHoldFlags, namesFlag } from '../../flag-off/code-files.ts';
import type { FlagRemover } from '../../ports/flag-remover.ts';
import type { GitInbox, GitReader } from '../../ports/git-host.ts';
import type { Prover } from '../../ports/prover.ts';
import type { TestCommands } from '../../ports/test-runner.ts';
import type { FlagEnd } from '../../views/promoted-flags.ts';
import { type OffTestsDeps, runOffTests } from './off-tests/run.ts';
import { declined, type RemovalRules, type Skipped, turnedAway } from './rules.ts';

export type FlagRemovalDeps = OffTestsDeps & {
  readonly git: Pick<GitReader, 'resolve' | 'readFile' | 'list'> & GitInbox;
  readonly remover: FlagRemover;
  readonly prover: Pick<Prover, 'flags' | 'removedTests'>;
};

export type FlagRemovalSettings = RemovalRules & {
  readonly target: string;
  /** `MODULE#NAME`: what evaluates a flag beside OpenFeature's clients. */
  readonly helpers: readonly string[];
  readonly flags: readonly FlagEnd[];
  /** undefined: no tests are configured. */
  readonly commands: TestCommands | undefined;
};

export type FlagRemovalReport = {
  readonly proposals: readonly Proposal[];
  /** Every flag that the code still names and that is not proposed, with the reason. */
  readonly skipped: readonly Skipped[];
};

export const flagRemovalSource = 'agent:flag-removal';

const limits = { files: 5_000, bytes: 512 * 1024, atOnce: 8 };

type Code = {
  readonly base: Sha;
  readonly listed: readonly string[];
  /** Of the code that runs in production. */
  readonly texts: ReadonlyMap<string, string>;
};

/** Proposes for each settled flag, as a change of its own, the program without it: where that is proved to be the same. */
export async function runFlagRemovalAgent(
  deps: FlagRemovalDeps,
  settings: FlagRemovalSettings,
): Promise<FlagRemovalReport> {
  const report = { proposals: [] as Proposal[], skipped: [] as Skipped[] };
  if (settings.flags.length === 0) return report;
  const code = await readCode(deps.git, settings.target);
  if ('code' in code) return { ...report, skipped: [code] };
  const named = settings.flags.filter(({ key }) => filesNaming(code, key).length > 0);
  for (const flag of [...named].sort((a, b) => (a.since < b.since ? -1 : 1))) {
    const asked = { flag, base: code.base, made: report.proposals.length };
    const outcome = declined(asked, settings) ?? (await tryRemoval(deps, settings, { flag, code }));
    if ('code' in outcome) report.skipped.push(outcome);
    else report.proposals.push(outcome);
  }
  return report;
}

async function readCode(git: FlagRemovalDeps['git'], target: string): Promise<Code | Skipped> {
  const base = await git.resolve(target);
  const listed = (await git.list(base, '')).filter(({ kind }) => kind === 'file' || kind === 'executable');
  const wanted = listed.filter(({ path }) => mayHoldFlags(path));
  const large = wanted.find(({ size }) => size > limits.bytes);
  if (wanted.length > limits.files || large !== undefined) {
    const reason = `${large?.path ?? `${wanted.length} files of code`}: too much to look through for flags.`;
    return { name: target, code: 'flag-removal.too-much', reason };
  }
  const texts = new Map<string, string>();
  for (let at = 0; at < wanted.length; at += limits.atOnce) {
    const batch = wanted.slice(at, at + limits.atOnce);
    const contents = await Promise.all(batch.map(({ path }) => git.readFile(base, path)));
    for (const [index, content] of contents.entries())
      texts.set(batch[index]?.path ?? '', content?.toString('utf8') ?? '');
  }
  return { base, listed: listed.map(({ path }) => path), texts };
}

type Attempt = { readonly flag: FlagEnd; readonly code: Code };
type Texts = ReadonlyMap<string, string>;

async function tryRemoval(
  deps: FlagRemovalDeps,
  settings: FlagRemovalSettings,
  attempt: Attempt,
): Promise<Proposal | Skipped> {
  const { key } = attempt.flag;
  const skip = (word: string, reason: string): Skipped => ({
    name: key,
    code: `flag-removal.${word}`,
    reason,
  });
  try {
    const rewritten = await rewrite(deps, settings, attempt);
    if (typeof rewritten === 'string') return skip('cannot', rewritten);
    const doubt = await unproved(deps, settings, { ...attempt, rewritten });
    if (doubt !== undefined) return skip('not-proved', doubt);
    const tests = await testsThatGo(deps, settings, { ...attempt, rewritten });
    if (typeof tests === 'string') return skip('tests', `Its tests are for a person: ${tests}.`);
    const of = digestOf(attempt.code, rewritten, tests);
    const earlier = turnedAway(key, of, settings);
    if (earlier !== undefined)
      return skip(
        'turned-away',
        `The same removal ended ${earlier.outcome}, ${earlier.change}: ${earlier.code}.`,
      );
    return await propose(deps, settings, { ...attempt, rewritten, tests, of });
  } catch (error) {
    if (error instanceof AutolandError) return { name: key, code: error.code, reason: error.message };
    throw error;
  }
}

/** The new texts by path, or why there are none. */
async function rewrite(
  { remover }: FlagRemovalDeps,
  { helpers }: FlagRemovalSettings,
  { flag: { key }, code }: Attempt,
): Promise<Texts | string> {
  const paths = filesNaming(code, key);
  const files = paths.map((path) => ({ path, text: code.texts.get(path) ?? '' }));
  const asked = { key, value: true, files, paths: loadable(code.listed), helpers };
  const answer = await remover.remove(asked);
  if (answer === undefined) return 'Its files could not be read.';
  if (answer.kind === 'cannot') return `${answer.path}:${answer.line}: ${answer.why}.`;
  const rewritten = new Map(answer.files.map(({ path, text }) => [path, text]));
  const left = paths.find((path) => namesFlag(rewritten.get(path) ?? code.texts.get(path) ?? '', key));
  return left === undefined ? rewritten : `${left} names it where no evaluation of it is understood.`;
}

/** What the comparison has against it: the very one by which the guardrail flag-off will judge. */
async function unproved(
  { git, prover }: FlagRemovalDeps,
  { helpers }: FlagRemovalSettings,
  { flag: { key }, code, rewritten }: Attempt & { readonly rewritten: Texts },
): Promise<string | undefined> {
  const files = [...rewritten].map(([path, head]) => ({ path, base: code.texts.get(path) ?? '', head }));
  const answer = await askFlags(
    { files, paths: loadable(code.listed), helpers },
    {
      answer: (question) => prover.flags(question),
      read: async (path) => (await git.readFile(code.base, path))?.toString('utf8'),
    },
  );
  if (answer === undefined) return 'The rewritten files could not be compared.';
  const doubt = answer.doubts[0];
  if (doubt !== undefined) return `${doubt.path}:${doubt.line}: ${doubt.why}.`;
  if (answer.wants[0] !== undefined) return `${answer.wants[0]} could not be read.`;
  const others = [...answer.removed, ...answer.added].filter((each) => each !== key);
  if (others[0] !== undefined) return `It would remove ${others[0]} too.`;
  if (answer.restores === 'on') return undefined;
  const place = answer.on && ` at ${answer.on.path}:${answer.on.oldLine ?? answer.on.newLine ?? 1}`;
  return `What was rewritten is not the old program with it on${place ?? ''}.`;
}

async function testsThatGo(
  deps: FlagRemovalDeps,
  settings: FlagRemovalSettings,
  removal: Attempt & { readonly rewritten: Texts },
): Promise<readonly SourcePair[] | string> {
  if (settings.commands === undefined) return [];
  const { commit } = draftOf(settings, { ...removal, tests: [] });
  return runOffTests(deps, settings.commands, { ...commit, listed: removal.code.listed });
}

type Rewritten = Attempt & { readonly rewritten: Texts; readonly tests: readonly SourcePair[] };

/** What is committed. */
function draftOf({ asOf }: FlagRemovalSettings, { flag, code, rewritten, tests }: Rewritten) {
  const title = `Remove the flag ${flag.key}, which everybody has`;
  const files = new Map<string, Buffer | null>(
    [...rewritten].map(([path, text]) => [path, Buffer.from(text)]),
  );
  for (const { path, head } of tests) files.set(path, head === '' ? null : Buffer.from(head));
  return { title, commit: { base: code.base, files, message: `${title}\n`, at: asOf } };
}

type Proved = Rewritten & { readonly of: string };

async function propose(
  { git }: FlagRemovalDeps,
  settings: FlagRemovalSettings,
  proved: Proved,
): Promise<Proposal> {
  const { flag, code, of } = proved;
  const { title, commit } = draftOf(settings, proved);
  const ref = refOf(flag.key);
  const head = await git.propose({ ...commit, ref });
  const record = { flag: flag.key, to: 'on', rollout: flag.change, since: flag.since, base: code.base, of };
  return { source: flagRemovalSource, title, head, ref, target: settings.target, record };
}

function filesNaming({ texts }: Code, key: string): readonly string[] {
  return [...texts].flatMap(([path, text]) => (namesFlag(text, key) ? [path] : []));
}

/** Of what it removes the flag from. */
function digestOf({ texts }: Code, rewritten: Texts, tests: readonly SourcePair[]): string {
  const hash = createHash('sha256');
  const before = new Map(tests.map(({ path, base }) => [path, base]));
  for (const path of rewritten.keys()) before.set(path, texts.get(path) ?? '');
  for (const path of [...before.keys()].sort(byText)) hash.update(JSON.stringify([path, before.get(path)]));
  return hash.digest('hex').slice(0, 32);
}

/** Keys may hold what no ref can: the digest keeps two that look alike apart. */
function refOf(key: string): string {
  const plain = key
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 60);
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 8);
  return `refs/heads/autoland/flag-removal/${plain === '' ? 'flag' : plain}-${digest}`;
}
