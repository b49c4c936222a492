import type { ChangeClass, FileChange, Sha } from '../domain/change.ts';
import type { Conclusion } from '../domain/decision.ts';
import type { AutolandError } from '../domain/errors.ts';
import { countingFlakes, isWhole, quarantineYaml } from '../domain/flakes.ts';
import { guardrailStatements } from '../domain/guardrail-statements.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Classification, GuardrailsReport } from '../domain/stage.ts';
import type { UnsignedStatement } from '../domain/statements.ts';
import type { GuardrailResult } from '../domain/verdict.ts';

/** What `autoland check` answers. */
export type CheckReport = {
  readonly verdict: 'pass' | 'fail' | 'abstain';
  readonly base: Sha;
  readonly head: Sha;
  /** What was checked: the head's tree, merged with the base where it does not descend from it. null: there is none. */
  readonly tree: Sha | null;
  /** When, in RFC 3339. */
  readonly at: string;
  /** null: it could not be classed. */
  readonly class: ChangeClass | null;
  readonly guardrails: readonly CheckedGuardrail[];
  /** What the reader should know besides. */
  readonly notes: readonly string[];
  readonly ms: number;
};

export type CheckedGuardrail = GuardrailResult & {
  /** Those of the change that its evidence names. */
  readonly paths: readonly string[];
  /** It could not be asked (not configured, not offered), and the policy lets that pass for this class. */
  readonly waived: boolean;
  /** What a person may do about it; absent: nothing is known. */
  readonly hint?: Hint;
};

export type Hint = {
  readonly says: string;
  /** To be pasted as they are. */
  readonly lines: readonly string[];
};

export type Ends = Pick<CheckReport, 'base' | 'head' | 'at' | 'notes' | 'ms'>;

/** `waived`: the names of guardrails. */
export function reportOf(
  ends: Ends,
  classification: Classification,
  found: GuardrailsReport,
  waived: ReadonlySet<string>,
): CheckReport {
  const guardrails = found.results.map((one) => ({
    ...one,
    paths: pathsIn(one.evidence, classification.files),
    waived: isGap(one) && waived.has(one.name),
    ...quarantineHint(one, ends.at),
  }));
  const { class: changeClass, tree } = classification;
  return { verdict: verdictOf(found.verdict, guardrails), ...ends, tree, class: changeClass, guardrails };
}

/** A change that ends before the guardrails: it is told as the finding of one. */
export function stoppedReport(ends: Ends, { outcome, code, reasons }: Conclusion): CheckReport {
  // Nothing to check is no fault of the change; nor is it a pass.
  const isEmpty = code === 'classify.empty';
  const verdict = outcome === 'refused' && !isEmpty ? 'fail' : 'abstain';
  const reason = [...reasons, ...(isEmpty ? ['Name another range: BASE..HEAD.'] : [])].join(' ');
  return stopped(ends, { verdict, code, reason });
}

/** What could not be classed is for a person. The reason is what the fault says, and its mend. */
export function unclassedReport(ends: Ends, fault: AutolandError): CheckReport {
  const mend = fault.mend === undefined ? '' : ` Mend: ${fault.mend}.`;
  const reason = `It could not be classed: ${fault.message.slice(0, 1000)}.${mend}`;
  return stopped(ends, { verdict: 'abstain', code: fault.code, reason });
}

type Stop = Pick<GuardrailResult, 'code' | 'reason'> & { readonly verdict: 'fail' | 'abstain' };

function stopped(ends: Ends, { verdict, code, reason }: Stop): CheckReport {
  const finding = {
    name: 'classify',
    verdict,
    code,
    reason,
    evidence: {},
    ms: ends.ms,
    paths: [],
    waived: false,
  } as const;
  return { verdict, ...ends, tree: null, class: null, guardrails: [finding] };
}

/** What passed needs no word more, unless there is something to do about it. */
export const hasDetails = ({ verdict, hint }: CheckedGuardrail): boolean =>
  verdict !== 'pass' || hint !== undefined;

/** Each finding as an in-toto statement, unsigned. */
export function statementsOf(report: CheckReport): readonly UnsignedStatement[] {
  const { base, head, tree, at, guardrails } = report;
  const digest = tree === null ? `gitCommit:${head}` : `gitTree:${tree}`;
  const found = { verdict: report.verdict, results: guardrails };
  return guardrailStatements(found, { subject: { name: head, digest }, base, at: new Date(at) });
}

const isGap = ({ verdict }: GuardrailResult): boolean =>
  verdict === 'not-configured' || verdict === 'not-offered';

/** What was not configured or not offered was not checked: only the policy can let that pass. */
function verdictOf(
  verdict: CheckReport['verdict'],
  guardrails: readonly CheckedGuardrail[],
): CheckReport['verdict'] {
  const open = guardrails.some((one) => one.verdict !== 'pass' && !one.waived);
  return verdict === 'pass' && open ? 'abstain' : verdict;
}

function quarantineHint({ name, evidence }: GuardrailResult, at: string): { hint?: Hint } {
  const flakes = name === 'tests' ? countingFlakes(evidence).filter(isWhole) : [];
  if (flakes.length === 0) return {};
  const says = `A person may let ${flakes.length === 1 ? 'it' : 'them'} not count for 30 days, in .autoland/autoland.yaml:`;
  return { hint: { says, lines: quarantineYaml(flakes, new Date(at)) } };
}

const mostPaths = 10;

function pathsIn(evidence: JsonObject, files: readonly FileChange[]): readonly string[] {
  const texts = textsOf(evidence);
  const named = files.filter(({ path }) =>
    texts.some((text) => text === path || text.startsWith(`${path} `) || text.startsWith(`${path}:`)),
  );
  return named.slice(0, mostPaths).map(({ path }) => path);
}

function textsOf(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value as JsonObject).flatMap(textsOf);
}
