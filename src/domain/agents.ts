import type { ChangeClass } from './change.ts';

/** The agents that come with autoland; each has its settings under `agents` in the configuration. */
export const agentNames = [
  'revert',
  'dependency',
  'flag-removal',
  'docs',
  'lint',
  'performance',
  'crash-fix',
  'drivers',
] as const;
export type AgentName = (typeof agentNames)[number];

/** What the agent for documents looks for; each kind is a change of its own. */
export const docsKinds = ['links', 'commands', 'versions', 'spelling'] as const;
export type DocsKind = (typeof docsKinds)[number];

/** What the agent for lint proposes apart from each other. */
export const lintKinds = ['code', 'tests'] as const;
export type LintKind = (typeof lintKinds)[number];

/** The agent that works on tasks with tools of autoland and any configured model. */
export const modelAgent = 'model';

/** Classes that a task may be meant for; of the others, agents of their own make changes. */
export const taskClasses = [
  'docs',
  'lint',
  'crash-fix',
  'flag-addition',
] as const satisfies readonly ChangeClass[];
export type TaskClass = (typeof taskClasses)[number];

/**
 * Guardrails whose reasons an agent may be asked to mend. Not those by which code of others or a secret is kept out: an agent, and its model, would be
 * let near it.
 */
export const mendableGuardrails = [
  'scope',
  'documentation',
  'api',
  'lint',
  'proof',
  'flag-off',
  'tests',
  'reproduction',
  'characterization',
  'build',
  'mutation',
  'drivers',
] as const;
