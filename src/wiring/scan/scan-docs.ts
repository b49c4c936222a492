import { type DocsAgentDeps, type DocsAgentReport, runDocsAgent } from '../../agents/docs/run.ts';
import type { Config } from '../../config/schema.ts';
import { docsSource, type Ledger } from '../../views/ledger.ts';
import { memoryOf } from './agent-memory.ts';

type Known = { readonly config: Config; readonly ledger: Ledger; readonly now: Date };

/** What the agent for documents has to propose, by what journal and configuration say. */
export function scanDocs(deps: DocsAgentDeps, { config, ledger, now }: Known): Promise<DocsAgentReport> {
  const { enabled: _, ...wishes } = config.agents.docs;
  return runDocsAgent(deps, {
    ...wishes,
    target: config.branch,
    asOf: now,
    protectedPaths: config.scope.protectedPaths,
    maxFiles: config.scope.maxFiles,
    ...memoryOf(ledger, docsSource),
  });
}
