import type { Proposal, Sha } from '../../domain/change.ts';
import type { Crash } from '../../domain/crash.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { plainText } from '../../domain/plain.ts';
import type { GitInbox, GitReader } from '../../ports/git-host.ts';
import { crashFixSource } from '../../views/ledger.ts';
import { inOrder, notWorth, type Seen, type Skipped, type WorthRules } from './worth.ts';

/** What a search for a fix came to. */
export type FoundFix = {
  /** By path; null: it goes. undefined: none was found. */
  readonly files: ReadonlyMap<string, string | null> | undefined;
  /** The test that fails without it; empty: it is in the project already. */
  readonly test: ReadonlyMap<string, string>;
  /** All that was looked at and tried, bounded. */
  readonly record: JsonObject;
  /** What the proposal says of itself besides: whose it is, and what it does where. Absent: nothing. */
  readonly told?: JsonObject;
  /** Why there is none. */
  readonly ended: { readonly code: string; readonly reason: string } | undefined;
};

export type CrashFixDeps = {
  readonly git: Pick<GitReader, 'resolve' | 'readFile'> & GitInbox;
  /** Looks for the best fix. It may take as long as many runs of the tests. */
  readonly findFix: (crash: Crash, tip: Sha) => Promise<FoundFix>;
};

export type CrashFixSettings = Omit<WorthRules, 'tip'> & {
  readonly target: string;
  readonly seen: readonly Seen[];
};

/** What the journal keeps of a search. */
export type MadeSearch = {
  readonly signature: string;
  readonly tip: Sha;
  readonly code: string;
  readonly record: JsonObject;
};

export type CrashFixReport = {
  readonly proposals: readonly Proposal[];
  readonly skipped: readonly Skipped[];
  readonly searches: readonly MadeSearch[];
};

type Outcome = { readonly proposal?: Proposal; readonly skipped?: Skipped; readonly search: MadeSearch };

/** Proposes for crashes of what is stable, each as a change of its own, the best fix that a search finds. */
export async function runCrashFixAgent(
  deps: CrashFixDeps,
  { seen, target, ...rules }: CrashFixSettings,
): Promise<CrashFixReport> {
  const report = { proposals: [] as Proposal[], skipped: [] as Skipped[], searches: [] as MadeSearch[] };
  if (seen.length === 0) return report;
  const tip = await deps.git.resolve(target);
  for (const one of inOrder(seen)) {
    const made = report.proposals.map(({ record, head }) => openFix(String(record.crash), head, rules.asOf));
    const searches = report.searches.map((search) => ({ ...search, at: rules.asOf }));
    const known = { fixes: [...rules.fixes, ...made], searches: [...rules.searches, ...searches] };
    const why = notWorth(one, { ...rules, ...known, tip });
    if (why !== undefined || one.crash === undefined) {
      if (why !== undefined) report.skipped.push(why);
      continue;
    }
    const outcome = await attempt(deps, { crash: one.crash, name: one.name, tip, target, asOf: rules.asOf });
    report.searches.push(outcome.search);
    if (outcome.proposal !== undefined) report.proposals.push(outcome.proposal);
    if (outcome.skipped !== undefined) report.skipped.push(outcome.skipped);
  }
  return report;
}

function openFix(signature: string, change: string, at: Date) {
  return { signature, change, outcome: null, code: '', at };
}

type Asked = {
  readonly crash: Crash;
  readonly name: string;
  readonly tip: Sha;
  readonly target: string;
  readonly asOf: Date;
};

async function attempt(deps: CrashFixDeps, asked: Asked): Promise<Outcome> {
  const { crash, name, tip } = asked;
  const { signature } = crash;
  const without = (code: string, reason: string, record: JsonObject = {}): Outcome => ({
    search: { signature, tip, code, record },
    skipped: { name, code, reason },
  });
  try {
    const place = await deps.git.readFile(tip, crash.frames[0].file);
    if (place === undefined)
      return without('crash-fix.no-source', `${crash.frames[0].file} is not in the branch.`);
    const found = await deps.findFix(crash, tip);
    if (found.files === undefined) {
      const { code, reason } = found.ended ?? { code: 'crash-fix.no-fix', reason: 'No fix was found.' };
      return without(code, reason, found.record);
    }
    const proposal = await propose(deps, asked, { ...found, files: found.files });
    // The proposal has the record.
    return { proposal, search: { signature, tip, code: 'crash-fix.proposed', record: {} } };
  } catch (error) {
    if (!(error instanceof AutolandError)) throw error;
    return without(error.code, error.message);
  }
}

type Fixed = FoundFix & { readonly files: ReadonlyMap<string, string | null> };

async function propose({ git }: CrashFixDeps, asked: Asked, found: Fixed): Promise<Proposal> {
  const { crash, tip, target, asOf } = asked;
  const [{ file, functionName }] = crash.frames;
  const where = functionName === undefined ? file : `${functionName} (${file})`;
  const title = plainText(`Mend ${crash.errorType} in ${where}`, 120);
  const short = crash.signature.slice(0, 12);
  const ref = `refs/heads/autoland/crash-fix/${short}`;
  const all = [...found.files, ...found.test];
  const files = new Map(all.map(([path, text]) => [path, text === null ? null : Buffer.from(text)] as const));
  const message = `${title}\n\nCrash ${short} of ${crash.service}, met ${crash.count} times by what is stable.\n`;
  const head = await git.propose({ base: tip, files, message, ref, at: asOf });
  const { signature, service, count, commit, frames } = crash;
  const record = {
    crash: signature,
    service,
    count,
    commit,
    base: tip,
    frames: frames.map((frame) => ({ ...frame })),
    ...found.told,
    search: found.record,
  };
  return { source: crashFixSource, title, head, ref, target, record };
}
