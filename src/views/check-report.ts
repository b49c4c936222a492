import type { ChangeClass, FileChange, Sha } from '../domain/change.ts';
import type { Conclusion } from '../domain/decision.ts';
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

/** `paths`: those of the change that its evidence names. */
export type CheckedGuardrail = GuardrailResult & { readonly paths: readonly string[] };

export type Ends = Pick<CheckReport, 'base' | 'head' | 'at' | 'notes' | 'ms'>;

export function reportOf(ends: Ends, classification: Classification, found: GuardrailsReport): CheckReport {
  const guardrails = found.results.map((one) => ({
    ...one,
    paths: pathsIn(one.evidence, classification.files),
  }));
  const { class: changeClass, tree } = classification;
  return { verdict: verdictOf(found), ...ends, tree, class: changeClass, guardrails };
}

/** A change that ends before the guardrails: it is told as the finding of one. */
export function stoppedReport(ends: Ends, { outcome, code, reasons }: Conclusion): CheckReport {
  // Nothing to check is no fault of the change; nor is it a pass.
  const isEmpty = code === 'classify.empty';
  const verdict = outcome === 'refused' && !isEmpty ? 'fail' : 'abstain';
  const reason = [...reasons, ...(isEmpty ? ['Name another range: BASE..HEAD.'] : [])].join(' ');
  const finding = { name: 'classify', verdict, code, reason, evidence: {}, ms: ends.ms, paths: [] } as const;
  return { verdict, ...ends, tree: null, class: null, guardrails: [finding] };
}

/** Each finding as an in-toto statement, unsigned. */
export function statementsOf(report: CheckReport): readonly UnsignedStatement[] {
  const { base, head, tree, at, guardrails } = report;
  const digest = tree === null ? `gitCommit:${head}` : `gitTree:${tree}`;
  const found = { verdict: report.verdict, results: guardrails };
  return guardrailStatements(found, { subject: { name: head, digest }, base, at: new Date(at) });
}

/** No policy waives anything here: what was not configured or not offered was not checked. */
function verdictOf({ verdict, results }: GuardrailsReport): CheckReport['verdict'] {
  return verdict === 'pass' && results.some((one) => one.verdict !== 'pass') ? 'abstain' : verdict;
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
