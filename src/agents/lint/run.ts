import { createHash } from 'node:crypto';
import { type LintKind, lintKinds } from '../../domain/agents.ts';
import type { Proposal, Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { isGeneratedPath, isSourcePath, isToolFile } from '../../domain/path-kinds.ts';
import { compilePattern, foldedPath } from '../../domain/path-pattern.ts';
import { printable } from '../../domain/printable.ts';
import type { SyntaxComparison } from '../../domain/syntax.ts';
import { isTestFile } from '../../domain/test-file.ts';
import type { GitInbox, GitReader } from '../../ports/git-host.ts';
import type { Linter } from '../../ports/linter.ts';
import type { SyntaxComparer } from '../../ports/syntax.ts';
import type { Argv } from '../../ports/test-runner.ts';
import { isProtectedPath } from '../../stages/1-classify/paths.ts';
import { newMarks } from '../../stages/2-guardrails/documentation/lines.ts';
import { type PortionRules, portionOf, type Skipped } from '../portions.ts';
import { changedLines } from './changed-lines.ts';
import { changeOf, type Tidied } from './proposal.ts';
import { toolsIn } from './tools.ts';

export type LintAgentDeps = {
  readonly git: Pick<GitReader, 'resolve' | 'readFile' | 'list'> & GitInbox;
  readonly linter: Linter;
  readonly syntax: Pick<SyntaxComparer, 'compare'>;
};

export type LintAgentSettings = Omit<PortionRules, 'agent' | 'base' | 'maxWeight'> & {
  readonly target: string;
  readonly asOf: Date;
  readonly install: Argv | null;
  /** null: those that package.json names. */
  readonly commands: readonly Argv[] | null;
  readonly seconds: number;
  /** Added and removed, of one change. */
  readonly maxLines: number;
  readonly ignore: readonly string[];
  readonly protectedPaths: readonly string[];
};

export type LintAgentReport = {
  readonly proposals: readonly Proposal[];
  readonly skipped: readonly Skipped[];
};

const limits = { files: 5_000, bytes: 512 * 1024, told: 50 };

/** Proposes what the project's own tools mend by themselves, as far as no syntax tree changes by it. */
export async function runLintAgent(
  deps: LintAgentDeps,
  settings: LintAgentSettings,
): Promise<LintAgentReport> {
  const base = await deps.git.resolve(settings.target);
  const commands = settings.commands ?? (await toolsOf(deps, base, settings));
  if (commands.length === 0) return { proposals: [], skipped: [] };
  const waits = whyNotNow(base, settings);
  if (waits !== undefined) return { proposals: [], skipped: [waits] };
  try {
    return await mend(deps, settings, { base, commands });
  } catch (error) {
    if (!(error instanceof AutolandError)) throw error;
    return { proposals: [], skipped: [{ name: 'lint', code: error.code, reason: error.message }] };
  }
}

/** Without an install there is nothing that a package.json names. */
async function toolsOf(
  { git }: LintAgentDeps,
  base: Sha,
  { install }: LintAgentSettings,
): Promise<readonly Argv[]> {
  if (install === null) return [];
  return toolsIn((await git.readFile(base, 'package.json'))?.toString('utf8') ?? '');
}

/** The tools run for minutes: not where what they find can be known. */
function whyNotNow(base: Sha, { open, maxOpen, earlier }: LintAgentSettings): Skipped | undefined {
  if (open.length >= Math.min(maxOpen, lintKinds.length))
    return { name: 'lint', code: 'lint.open', reason: 'An earlier proposal is still under way.' };
  const held = earlier.find((each) => each.outcome === 'held' && each.base === base);
  const reason = `The tools were run on this very commit: ${held?.change} is held.`;
  return held && { name: 'lint', code: 'lint.held', reason };
}

type Asked = { readonly base: Sha; readonly commands: readonly Argv[] };

async function mend(
  deps: LintAgentDeps,
  settings: LintAgentSettings,
  { base, commands }: Asked,
): Promise<LintAgentReport> {
  const { install, seconds } = settings;
  const paths = await pathsOf(deps, settings, base);
  if (paths.length > limits.files) {
    const reason = `${paths.length} files of code: too much to look through.`;
    return { proposals: [], skipped: [{ name: settings.target, code: 'lint.too-much', reason }] };
  }
  const run = await deps.linter.fix({
    commit: base,
    install,
    commands,
    seconds,
    paths,
    maxBytes: limits.bytes,
  });
  if (run.kind === 'failed') {
    const reason = shown(`${run.argv.join(' ')} ${run.why}.`);
    return { proposals: [], skipped: [{ name: 'lint', code: 'lint.tool-failed', reason }] };
  }
  const spoilt = run.spoilt.map((path) => told(path, 'spoilt', 'A tool left no readable file there.'));
  const { tidied, skipped } = await weigh(deps, settings, base, run.changed);
  const report = { proposals: [] as Proposal[], skipped: [...spoilt, ...skipped] };
  for (const kind of lintKinds) {
    const own = tidied.filter(({ path }) => kindOf(path) === kind);
    const rules = { ...settings, agent: 'lint', base, maxWeight: settings.maxLines };
    const portion = portionOf(kind, own, rules, report.proposals.length);
    report.skipped.push(...portion.skipped);
    if (portion.items.length > 0)
      report.proposals.push(
        await propose(deps, settings, { base, commands }, { kind, items: portion.items }),
      );
  }
  return { ...report, skipped: report.skipped.slice(0, limits.told) };
}

/** Code that people write. Neither what tools are told by, nor what programs write, nor links. */
async function pathsOf(
  { git }: LintAgentDeps,
  { ignore, protectedPaths }: LintAgentSettings,
  base: Sha,
): Promise<readonly string[]> {
  const ignored = ignore.map(compilePattern);
  const extra = protectedPaths.map(compilePattern);
  return (await git.list(base, ''))
    .filter(({ kind, size }) => kind === 'file' && size <= limits.bytes)
    .map(({ path }) => path)
    .filter((path) => isSourcePath(path) && !isToolFile(path) && !isGeneratedPath(path))
    .filter((path) => !isProtectedPath(path, extra) && !/(^|\/)node_modules\//.test(path))
    .filter((path) => !ignored.some((pattern) => pattern.test(foldedPath(path))));
}

/** By the comparison of the class lint and its guardrail. */
async function weigh(
  { git, syntax }: LintAgentDeps,
  { maxLines }: LintAgentSettings,
  base: Sha,
  changed: ReadonlyMap<string, Buffer>,
) {
  const pairs = await Promise.all(
    [...changed].map(async ([path, bytes]) => {
      const before = await git.readFile(base, path);
      return { path, base: before?.toString('utf8') ?? '', head: bytes.toString('utf8'), bytes };
    }),
  );
  const found = await syntax.compare(pairs.map(({ path, base: old, head }) => ({ path, base: old, head })));
  const tidied: Tidied[] = [];
  const skipped: Skipped[] = [];
  for (const pair of pairs) {
    const comparison = found.get(pair.path);
    const weight = changedLines(pair.base, pair.head);
    const doubt = doubtOf(pair, comparison) ?? tooLarge(weight, maxLines);
    if (doubt !== undefined) skipped.push(told(pair.path, doubt.word, doubt.reason));
    else tidied.push(tidiedFrom(pair, weight, comparison));
  }
  return { tidied, skipped };
}

type Pair = { readonly path: string; readonly base: string; readonly head: string; readonly bytes: Buffer };
type Doubt = { readonly word: string; readonly reason: string };

function doubtOf({ base, head, bytes }: Pair, comparison: SyntaxComparison | undefined): Doubt | undefined {
  const isText = bytes.equals(Buffer.from(head));
  if (comparison?.same !== true || !isText) {
    const why = comparison?.same === false ? comparison.why : 'it could not be compared';
    const reason = `What the tools make of it may do something else: ${why}.`;
    return { word: 'behaviour-may-differ', reason };
  }
  // Comments are in no syntax tree, and whoever brings one may speak in it to a model or a reviewer.
  const mark = newMarks(base, head)[0];
  return mark && { word: 'suspect', reason: `The tools bring ${mark.kind}, in line ${mark.line}.` };
}

function tooLarge(weight: number, most: number): Doubt | undefined {
  const reason = `${weight} lines would change, over ${most}.`;
  return weight > most ? { word: 'too-large', reason } : undefined;
}

function tidiedFrom(pair: Pair, weight: number, comparison: SyntaxComparison | undefined): Tidied {
  const forms = comparison?.same === true ? (comparison.forms ?? []) : [];
  return { path: pair.path, name: pair.path, key: keyOf(pair), weight, bytes: pair.bytes, forms };
}

function keyOf(pair: Pair): string {
  const of = JSON.stringify([pair.path, pair.base, pair.head]);
  return createHash('sha256').update(of).digest('hex').slice(0, 16);
}

/** Never both in one change: the tests that judge the code are then those that people wrote. */
function kindOf(path: string): LintKind {
  return isTestFile(path) ? 'tests' : 'code';
}

async function propose(
  { git }: LintAgentDeps,
  { target, asOf }: LintAgentSettings,
  { base, commands }: Asked,
  portion: { readonly kind: LintKind; readonly items: readonly Tidied[] },
): Promise<Proposal> {
  const { source, title, ref, record } = changeOf(portion, base, commands);
  const files = new Map(portion.items.map(({ path, bytes }) => [path, bytes]));
  const head = await git.propose({ base, files, message: `${title}\n`, ref, at: asOf });
  return { source, title, head, ref, target, record };
}

function told(path: string, word: string, reason: string): Skipped {
  return { name: printable(path), code: `lint.${word}`, reason: shown(reason) };
}

function shown(text: string): string {
  return printable(text.replaceAll(/\p{Cf}/gu, '')).slice(0, 600);
}
