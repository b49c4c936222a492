import { printable } from '../../../domain/printable.ts';
import type { TwoBuilds } from '../../../domain/reproduction.ts';
import { counted } from '../../../domain/words.ts';
import { goesBack } from '../check.ts';
import { type Finding, guardrail } from '../facts.ts';

/** What is released is what was checked only if a build makes the same of the same. */
export const build = guardrail('build', ['build'], ({ build: facts }) => {
  if ('revert' in facts) return goesBack('build');
  if (!facts.configured)
    return {
      verdict: 'pass',
      code: 'build.nothing-built',
      reason: 'Nothing is built: no build command is configured.',
      evidence: {},
    };
  const { head, base } = facts;
  switch (head.kind) {
    case 'same':
      return {
        verdict: 'pass',
        code: 'build.reproducible',
        reason: `Two builds of the change wrote the same ${counted(head.files, 'file')}.`,
        evidence: { files: head.files },
      };
    case 'failed':
      return {
        verdict: 'abstain',
        code: `build.${head.phase}-failed`,
        reason: `The ${head.phase} of the change failed, so that two builds could not be compared.`,
        evidence: { tail: printable(head.why).slice(-300) },
      };
    case 'different':
      return different(head, base);
  }
});

function different(head: Extract<TwoBuilds, { kind: 'different' }>, base: TwoBuilds | undefined): Finding {
  const [first = ''] = head.paths;
  const more = head.count === 1 ? '' : ` and ${head.count - 1} more`;
  const reason = `Two builds of the change differ in ${printable(first).slice(0, 200)}${more}; ${baseToo(base)}.`;
  return {
    verdict: 'abstain',
    code: 'build.not-reproducible',
    reason,
    evidence: {
      paths: head.paths.slice(0, 10).map((path) => printable(path).slice(0, 300)),
      count: head.count,
      base: base?.kind ?? null,
    },
  };
}

function baseToo(base: TwoBuilds | undefined): string {
  if (base?.kind === 'different') return 'two builds of the base differ too';
  if (base?.kind === 'same') return 'two builds of the base are the same';
  return 'whether two builds of the base do is not known';
}
