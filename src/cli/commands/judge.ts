import type { Command } from 'commander';
import { type CommonOptions, command } from '../options.ts';
import { print } from '../output.ts';
import { renderJudges } from '../render/judges.ts';

/** Who judges, and what that is worth. */
export function define(program: Command): void {
  command(program, 'judge', {
    what: 'which models judge changes, how often they missed a seeded defect, and whether their "no objection" counts',
    example: 'judge --json',
  }).action(show);
}

async function show(options: CommonOptions): Promise<void> {
  const { readJudge } = await import('../../wiring/judge.ts');
  print(options.json, await readJudge(options), renderJudges);
}
