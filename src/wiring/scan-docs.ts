import type { EarlierMends } from '../agents/docs/portions.ts';
import { docsSource } from '../agents/docs/proposal.ts';
import { type DocsAgentDeps, type DocsAgentReport, runDocsAgent } from '../agents/docs/run.ts';
import type { Config } from '../config/schema.ts';
import { isRecord } from '../domain/npm/hostile-json.ts';
import type { Ledger, LedgerChange } from '../views/ledger.ts';

type Known = { readonly config: Config; readonly ledger: Ledger; readonly now: Date };

/** What the agent for documents has to propose, by what journal and configuration say. */
export function scanDocs(deps: DocsAgentDeps, { config, ledger, now }: Known): Promise<DocsAgentReport> {
  const { enabled: _, ...wishes } = config.agents.docs;
  const own = [...ledger.changes.values()].filter(({ proposal }) => proposal.source === docsSource);
  return runDocsAgent(deps, {
    ...wishes,
    target: config.branch,
    asOf: now,
    protectedPaths: config.scope.protectedPaths,
    maxFiles: config.scope.maxFiles,
    open: own
      .filter(({ conclusion }) => conclusion === null)
      .map(({ proposal }) => String(proposal.record.kind)),
    earlier: own.flatMap(earlierOf),
  });
}

function earlierOf({ id, conclusion, proposal: { record } }: LedgerChange): readonly EarlierMends[] {
  const outcome = conclusion?.outcome;
  if (conclusion === null || (outcome !== 'held' && outcome !== 'refused' && outcome !== 'rolled-back'))
    return [];
  const keys = Array.isArray(record.mends)
    ? record.mends.flatMap((mend: unknown) => (isRecord(mend) ? [String(mend.key)] : []))
    : [];
  return [{ change: id, base: String(record.base), keys, outcome, code: conclusion.code }];
}
