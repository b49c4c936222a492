import type { Command } from 'commander';

/** Commands that are defined together. */
export type CommandGroup = {
  /** Of the commands that it defines. */
  readonly names: readonly string[];
  load(): Promise<{ define(program: Command, version: string): void }>;
};

/** In the order of the help. */
export const commandGroups: readonly CommandGroup[] = [
  { names: ['demo'], load: () => import('./commands/demo.ts') },
  { names: ['init', 'doctor', 'up', 'adopt'], load: () => import('./commands/set-up.ts') },
  { names: ['scan', 'submit', 'task'], load: () => import('./commands/work.ts') },
  { names: ['check'], load: () => import('./commands/check.ts') },
  { names: ['recorder'], load: () => import('./commands/recorder.ts') },
  {
    names: ['status', 'explain', 'show', 'flakes', 'crashes', 'watch'],
    load: () => import('./commands/look.ts'),
  },
  { names: ['analyze'], load: () => import('./commands/analyze.ts') },
  { names: ['forecast'], load: () => import('./commands/forecast.ts') },
  {
    names: ['stop', 'resume', 'kill', 'rollout', 'rollback'],
    load: () => import('./commands/control.ts'),
  },
  { names: ['incident'], load: () => import('./commands/incident.ts') },
  { names: ['autonomy'], load: () => import('./commands/autonomy.ts') },
  { names: ['judge'], load: () => import('./commands/judge.ts') },
  { names: ['flags'], load: () => import('./commands/flags.ts') },
  { names: ['audit'], load: () => import('./commands/log.ts') },
  { names: ['fsck', 'gc', 'backup', 'tell'], load: () => import('./commands/house.ts') },
  { names: ['mcp'], load: () => import('./commands/mcp.ts') },
  { names: ['judge'], load: () => import('./commands/judge-eval.ts') },
  {
    names: ['_control-plane', '_task', '_router', '_doorkeeper', '_flags', '_mcp', '_notifier'],
    load: () => import('./commands/internal.ts'),
  },
];

/** Those of the command that `word` names, since all would take long to load; all where it names none: help, or a mistake. */
export function groupsOf(word: string | undefined): readonly CommandGroup[] {
  const named = commandGroups.filter(({ names }) => word !== undefined && names.includes(word));
  return named.length > 0 ? named : commandGroups;
}
