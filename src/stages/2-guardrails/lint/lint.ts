import { printable } from '../../../domain/printable.ts';
import type { SyntaxComparison } from '../../../domain/syntax.ts';
import { counted } from '../../../domain/words.ts';
import { failing, guardrail, type Problem } from '../facts.ts';

/** A change that claims to mend only how code is written does not change what it does. */
export const lint = guardrail('lint', ['lint'], ({ lint: { class: changeClass, compared } }) => {
  if (changeClass !== 'lint') {
    const reason = `The change is of class ${changeClass}: what it does may change.`;
    return { verdict: 'pass', code: 'lint.not-asked', reason, evidence: {} };
  }
  const doubt = failing(compared.flatMap(({ path, comparison }) => differs(path, comparison)));
  if (doubt !== undefined) return { ...doubt, verdict: 'abstain' };
  if (compared.length === 0) {
    const reason = 'A change of class lint has no file that could be compared.';
    return { verdict: 'abstain', code: 'lint.unknown', reason, evidence: {} };
  }
  const forms = new Set(
    compared.flatMap(({ comparison }) => (comparison?.same ? (comparison.forms ?? []) : [])),
  );
  const undone = forms.size === 0 ? '' : ` once ${[...forms].join(', ')} is undone`;
  return {
    verdict: 'pass',
    code: 'lint.equivalent',
    reason: `Each of ${counted(compared.length, 'file')} has the syntax tree that it had${undone}.`,
    evidence: { files: compared.length, forms: [...forms] },
  };
});

function differs(path: string, comparison: SyntaxComparison | undefined): readonly Problem[] {
  if (comparison?.same === true) return [];
  const why = comparison?.why ?? 'it could not be compared';
  const code = comparison === undefined ? 'lint.unknown' : 'lint.behaviour-may-differ';
  return [{ code, detail: printable(`${path} may do something else: ${why}.`) }];
}
