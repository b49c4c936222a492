import { type LintKind, lintKinds } from '../../domain/agents.ts';
import type { Proposal, Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { hostileObjectIn } from '../../domain/npm/hostile-json.ts';
import { isGeneratedPath, isSourcePath, isToolFile } from '../../domain/path-kinds.ts';
import { compilePattern, foldedPath } from '../../domain/path-pattern.ts';
import { printable } from '../../domain/printable.ts';
import { isTestFile } from '../../domain/test-file.ts';
import { counted } from '../../domain/words.ts';
import type { GitInbox, GitReader } from '../../ports/git-host.ts';
import type { Linter } from '../../ports/linter.ts';
import type { Argv } from '../../ports/test-runner.ts';
import { isProtectedPath } from '../../stages/1-classify/paths.ts';
import { type PortionRules, portionOf, type Skipped } from '../portions.ts';
import { changeOf, type Tidied } from './proposal.ts';
import { type Weighed, type WeighingDeps, weigh } from './run-weigh.ts';
import { type Tools, toolsIn } from './tools.ts';

export type LintAgentDeps = WeighingDeps & {
  readonly git: Pick<GitReader, 'resolve' | 'readFile' | 'list'> & GitInbox;
  readonly linter: Linter;
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
  const tools = await toolsOf(deps, base, settings);
  if ('code' in tools) return { proposals: [], skipped: [tools] };
  if (tools.all.length === 0) return { proposals: [], skipped: [] };
  const waits = whyNotNow(base, settings);
  if (waits !== undefined) return { proposals: [], skipped: [waits] };
  try {
    return await mend(deps, settings, { base, tools });
  } catch (error) {
    if (!(error instanceof AutolandError)) throw error;
    return { proposals: [], skipped: [told('lint', error.code, error.message)] };
  }
}

/** Or why those that a package.json names are not run. */
async function toolsOf(
  { git }: LintAgentDeps,
  base: Sha,
  { install, commands }: LintAgentSettings,
): Promise<Tools | Skipped> {
  if (commands !== null) return { all: commands, layout: [] };
  const manifest = (await git.readFile(base, 'package.json'))?.toString('utf8');
  if (manifest === undefined) return { all: [], layout: [] };
  if (hostileObjectIn(manifest) === undefined)
    return told(
      'package.json',
      'manifest.invalid',
      'Which linters it names is not known: it is no object in JSON.',
    );
  const found = toolsIn(manifest);
  if (install !== null || found.all.length === 0) return found;
  const names = found.all.map(([program]) => program.slice(program.lastIndexOf('/') + 1)).join(', ');
  return told(
    'lint',
    'lint.no-install',
    `${names} is not run: commands.install is null, so nothing installs it.`,
  );
}

/** The tools run for minutes: not where what they find can be known. */
function whyNotNow(base: Sha, { open, maxOpen, earlier }: LintAgentSettings): Skipped | undefined {
  if (open.length >= Math.min(maxOpen, lintKinds.length))
    return told('lint', 'lint.open', 'An earlier proposal is still under way.');
  const held = earlier.find((each) => each.outcome === 'held' && each.base === base);
  return held && told('lint', 'lint.held', `The tools were run on this very commit: ${held.change} is held.`);
}

type Asked = { readonly base: Sha; readonly tools: Tools };

async function mend(
  deps: LintAgentDeps,
  settings: LintAgentSettings,
  { base, tools }: Asked,
): Promise<LintAgentReport> {
  const paths = await pathsOf(deps, settings, base);
  if (paths.length > limits.files) {
    const reason = `${paths.length} files of code: too much to look through.`;
    return { proposals: [], skipped: [told(settings.target, 'lint.too-much', reason)] };
  }
  const first = await pass(deps, settings, { base, commands: tools.all, paths });
  const differing = first.doubts
    .filter(({ word }) => word === 'behaviour-may-differ')
    .map(({ path }) => path);
  const isMore = differing.length > 0 && tools.layout.length > 0;
  const second = isMore
    ? await pass(deps, settings, { base, commands: tools.layout, paths: differing })
    : none;
  const tidied = [...first.tidied, ...second.tidied.map((each) => ({ ...each, layoutOnly: true }))];
  const doubts = first.doubts.map(({ path, word, reason }) => told(path, `lint.${word}`, reason));
  const report = { proposals: [] as Proposal[], skipped: [...first.skipped, ...doubts, ...second.skipped] };
  for (const kind of lintKinds) {
    const own = tidied.filter(({ path }) => kindOf(path) === kind);
    const rules = { ...settings, agent: 'lint', base, maxWeight: settings.maxLines };
    const { items, skipped } = portionOf(kind, own, rules, report.proposals.length);
    report.skipped.push(...skipped);
    const portion = { kind, items };
    if (items.length > 0) report.proposals.push(await propose(deps, settings, { base, tools }, portion));
  }
  return { ...report, skipped: report.skipped.slice(0, limits.told) };
}

type Pass = Pick<Weighed, 'tidied' | 'doubts'> & { readonly skipped: readonly Skipped[] };
const none: Pass = { tidied: [], doubts: [], skipped: [] };

/** One run of tools on a tree of its own. */
async function pass(
  deps: LintAgentDeps,
  { install, seconds, maxLines }: LintAgentSettings,
  asked: { readonly base: Sha; readonly commands: readonly Argv[]; readonly paths: readonly string[] },
): Promise<Pass> {
  const { base, commands, paths } = asked;
  const job = { commit: base, install, commands, seconds, paths, maxBytes: limits.bytes };
  const run = await deps.linter.fix(job);
  if (run.kind === 'failed')
    return { ...none, skipped: [told('lint', 'lint.tool-failed', `${run.argv.join(' ')} ${run.why}.`)] };
  const { tidied, doubts, left } = await weigh(deps, base, run.changed, maxLines);
  const spoilt = run.spoilt.map((path) => told(path, 'lint.spoilt', 'A tool left no readable file there.'));
  const later = told('lint', 'lint.later', `${counted(left, 'more file')} that the tools changed wait.`);
  return { tidied, doubts, skipped: [...spoilt, ...(left > 0 ? [later] : [])] };
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

/** Never both in one change: the tests that judge the code are then those that people wrote. */
function kindOf(path: string): LintKind {
  return isTestFile(path) ? 'tests' : 'code';
}

async function propose(
  { git }: LintAgentDeps,
  { target, asOf }: LintAgentSettings,
  { base, tools }: Asked,
  portion: { readonly kind: LintKind; readonly items: readonly Tidied[] },
): Promise<Proposal> {
  const { source, title, ref, record } = changeOf(portion, base, tools.all);
  const files = new Map(portion.items.map(({ path, bytes }) => [path, bytes]));
  const head = await git.propose({ base, files, message: `${title}\n`, ref, at: asOf });
  return { source, title, head, ref, target, record };
}

function told(name: string, code: string, reason: string): Skipped {
  return { name: printable(name), code, reason: shown(reason) };
}

function shown(text: string): string {
  return printable(text.replaceAll(/\p{Cf}/gu, '')).slice(0, 600);
}
