import type { TaskCause } from '../domain/task-cause.ts';
import type { AgentChange } from './agents/agent-change.ts';

/**
 * Why nobody tries again to mend what was turned away: the next time would end as this one, or a person has to go on. undefined: somebody may.
 * `told`: what became of the change that was to mend it.
 */
export function mendingEnd(
  cause: TaskCause | null,
  told: Pick<AgentChange, 'notPassed' | 'class'>,
): string | undefined {
  if (cause?.kind !== 'refusal') return undefined;
  const codes = told.notPassed.map(({ code }) => code).filter((code) => cause.codes.includes(code));
  if (codes.length > 0) return `refused again for the same reason: ${[...new Set(codes)].join(', ')}`;
  if (told.class !== 'other' || told.notPassed.some(({ verdict }) => verdict === 'fail')) return undefined;
  return 'no guardrail fails any more, and what is of class other is for a person to land';
}
