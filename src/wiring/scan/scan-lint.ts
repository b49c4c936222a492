import { type LintAgentDeps, type LintAgentReport, runLintAgent } from '../../agents/lint/run.ts';
import type { Config } from '../../config/schema.ts';
import { type Ledger, lintSource } from '../../views/ledger.ts';
import { memoryOf } from './agent-memory.ts';

type Known = { readonly config: Config; readonly ledger: Ledger; readonly now: Date };

/** What the agent for lint has to propose, by what journal and configuration say. */
export function scanLint(deps: LintAgentDeps, { config, ledger, now }: Known): Promise<LintAgentReport> {
  const { enabled: _, ...wishes } = config.agents.lint;
  return runLintAgent(deps, {
    ...wishes,
    ...memoryOf(ledger, lintSource),
    maxFiles: Math.min(wishes.maxFiles, config.scope.maxFiles),
    maxLines: Math.min(wishes.maxLines, config.scope.maxChangedLines),
    target: config.branch,
    asOf: now,
    install: config.commands.install,
    protectedPaths: config.scope.protectedPaths,
  });
}
