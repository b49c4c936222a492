import { isGeneratedPath } from '../../../domain/path-kinds.ts';
import { printable } from '../../../domain/printable.ts';
import { counted } from '../../../domain/words.ts';
import { type DiffFacts, type Finding, failing, guardrail, type Problem } from '../facts.ts';
import type { HiddenText } from './hidden-text.ts';
import { binaries, clashProblems, empty, oddPaths, protectedPaths, strangeKinds } from './kinds.ts';
import { outOfPlace } from './places.ts';
import { counts, isCounted, isRootLockfile, massDeletion, sizes, sum } from './sizes.ts';
import type { TextFacts } from './texts.ts';

type Rule = (facts: DiffFacts) => readonly Problem[];
type Doubt = Pick<Finding, 'code' | 'reason'>;

const rules: readonly Rule[] = [
  empty,
  protectedPaths,
  oddPaths,
  strangeKinds,
  binaries,
  massDeletion,
  counts,
  sizes,
  outOfPlace,
];

/** How large a change is, whether its class may touch what it touches, and whether a reader sees all that it brings. */
export const scope = guardrail('scope', ['diff', 'texts'], ({ diff, texts }) => {
  const seen = [...hiddenProblems(texts), ...generatedProblems(diff, texts)];
  const sure = [...clashProblems(texts), ...executables(texts)];
  // Somebody may mean it where a person decides anyway; a change of any other class has no business with it.
  const isDecided = diff.class === 'other';
  const failure = failing([...rules.flatMap((rule) => rule(diff)), ...sure, ...(isDecided ? [] : seen)]);
  const evidence = evidenceOf(diff);
  if (failure !== undefined) return { ...failure, evidence: { ...failure.evidence, ...evidence } };
  const doubt = [...(isDecided ? seen.map(asDoubt) : []), ...doubts(texts)][0];
  if (doubt !== undefined) return { ...doubt, verdict: 'abstain', evidence };
  const reason = `${counted(diff.files.length, 'file')}, ${counted(evidence.added, 'line')} added and ${evidence.removed} removed: within the limits.`;
  return { verdict: 'pass', code: 'scope.within', reason, evidence };
});

function evidenceOf({ files, limits }: DiffFacts) {
  const measured = files.filter(isCounted);
  return {
    files: files.length,
    added: sum(measured, 'added'),
    removed: sum(measured, 'removed'),
    limits: { files: limits.maxFiles, lines: limits.maxChangedLines, removed: limits.maxDeletedLines },
  };
}

const asDoubt = ({ code, detail }: Problem): Doubt => ({ code, reason: detail });

function hiddenProblems({ hidden }: TextFacts): readonly Problem[] {
  return hidden
    .filter(({ kind }) => kind === 'hidden')
    .map((found) => ({ code: 'scope.hidden-text', detail: `${placed(found)}, which nobody sees.` }));
}

const placed = ({ path, line, what }: HiddenText): string => `${printable(path)}:${line} holds ${what}`;

function executables({ newlyExecutable }: TextFacts): readonly Problem[] {
  return newlyExecutable.map((path) => ({
    code: 'scope.executable',
    detail: `${printable(path)} becomes executable.`,
  }));
}

function generatedProblems({ files }: DiffFacts, { generated }: TextFacts): readonly Problem[] {
  return files
    .filter(({ path, status }) => status !== 'deleted' && !isRootLockfile(path))
    .filter(({ path }) => generated.includes(path) || isGeneratedPath(path))
    .map(({ path }) => ({
      code: 'scope.generated',
      detail: `${printable(path)} is written by a program: what it was made from is not there to read.`,
    }));
}

function doubts({ hidden, addressed, unread }: TextFacts): readonly Doubt[] {
  const [file] = unread;
  return [
    ...hidden.flatMap((found) => {
      if (found.kind === 'hidden') return [];
      return found.kind === 'prose'
        ? [{ code: 'scope.hidden-prose', reason: `${placed(found)}, which nobody sees.` }]
        : [{ code: 'scope.mixed-scripts', reason: `${placed(found)}, a word with letters of two scripts.` }];
    }),
    ...addressed.map(({ path, line, quote }) => ({
      code: 'scope.instruction-text',
      reason: `${printable(path)}:${line} speaks to a model or a reviewer: ${printable(quote).slice(0, 200)}`,
    })),
    ...(file === undefined
      ? []
      : [
          {
            code: 'scope.not-read',
            reason: `${printable(file)} is too large, one of too many, or not UTF-8.`,
          },
        ]),
  ];
}
