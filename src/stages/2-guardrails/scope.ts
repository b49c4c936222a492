import type { FileChange } from '../../domain/change.ts';
import { counted } from '../../domain/words.ts';
import { type DiffFacts, failing, guardrail, type Problem } from './facts.ts';

const lockfiles = /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml)$/;
/** A lockfile is text that a machine writes: its lines do not count, its bytes do. */
const maxLockfileKiB = 32 * 1024;
const deletedFilesShare = 0.5;

type Rule = (facts: DiffFacts) => readonly Problem[];

/** How large a change is, and whether it brings anything that is not plain text in an ordinary place. */
export const scope = guardrail('scope', ['diff'], ({ diff }) => {
  const problems = rules.flatMap((rule) => rule(diff));
  const measured = diff.files.filter(isCounted);
  const evidence = {
    files: diff.files.length,
    added: sum(measured, 'added'),
    removed: sum(measured, 'removed'),
    limits: {
      files: diff.limits.maxFiles,
      lines: diff.limits.maxChangedLines,
      removed: diff.limits.maxDeletedLines,
    },
  };
  const failure = failing(problems);
  if (failure !== undefined) return { ...failure, evidence: { ...failure.evidence, ...evidence } };
  const reason = `${counted(diff.files.length, 'file')}, ${counted(evidence.added, 'line')} added and ${evidence.removed} removed: within the limits.`;
  return { verdict: 'pass', code: 'scope.within', reason, evidence };
});

const isCounted = (file: FileChange): boolean => !lockfiles.test(file.path);

function sum(files: readonly FileChange[], key: 'added' | 'removed'): number {
  return files.reduce((total, file) => total + file[key], 0);
}

const protectedPaths: Rule = ({ protectedPaths }) =>
  protectedPaths.map((path) => ({
    code: 'scope.protected-path',
    detail: `${path} is protected: a person must change it.`,
  }));

const empty: Rule = ({ files }) =>
  files.length === 0 ? [{ code: 'scope.empty', detail: 'No file changes.' }] : [];

const strangeKinds: Rule = ({ files }) =>
  files.flatMap((file) => {
    const brings = file.status === 'added' || file.status === 'type-changed';
    if (file.kind === 'symlink')
      return [{ code: 'scope.symlink', detail: `${file.path} is a symbolic link.` }];
    if (file.kind === 'submodule')
      return [{ code: 'scope.submodule', detail: `${file.path} is a submodule.` }];
    if (file.status === 'type-changed')
      return [{ code: 'scope.type-changed', detail: `${file.path} changes its kind.` }];
    return file.kind === 'executable' && brings
      ? [{ code: 'scope.executable', detail: `${file.path} is a new executable.` }]
      : [];
  });

const binaries: Rule = ({ files }) =>
  files
    .filter((file) => file.binary && file.status !== 'deleted')
    .map((file) => ({
      code: 'scope.binary',
      detail: `${file.path} is binary: nobody can read what it does.`,
    }));

const sizes: Rule = ({ files, limits }) =>
  files.flatMap((file) => {
    const limit = isCounted(file) ? limits.maxFileKiB : maxLockfileKiB;
    return file.size <= limit * 1024
      ? []
      : [
          {
            code: 'scope.file-size',
            detail: `${file.path} has ${Math.ceil(file.size / 1024)} KiB, over ${limit}.`,
          },
        ];
  });

const counts: Rule = ({ files, limits }) => {
  const counted = files.filter(isCounted);
  const [added, removed] = [sum(counted, 'added'), sum(counted, 'removed')];
  const problems: Problem[] = [];
  const over = (code: string, what: string, found: number, limit: number) => {
    // A count that is not a number is over every limit.
    if (!(found <= limit)) problems.push({ code, detail: `${found} ${what}, over the limit of ${limit}.` });
  };
  over('scope.deleted-lines', 'lines are deleted', removed, limits.maxDeletedLines);
  over('scope.lines', 'lines change', added + removed, limits.maxChangedLines);
  over('scope.files', 'files change', files.length, limits.maxFiles);
  return problems;
};

const massDeletion: Rule = ({ files, limits }) => {
  const deleted = files.filter((file) => file.status === 'deleted').length;
  return deleted > Math.max(1, limits.maxFiles * deletedFilesShare)
    ? [{ code: 'scope.mass-deletion', detail: `${deleted} files are deleted.` }]
    : [];
};

const oddPaths: Rule = ({ files }) =>
  files
    .filter((file) => /[\p{Cc}\p{Cf}\\]|(^|\/)\.\.?(\/|$)|(^|\/)node_modules\//u.test(file.path))
    .map((file) => ({
      code: 'scope.odd-path',
      detail: `${JSON.stringify(file.path)} is no path that a change may bring.`,
    }));

const rules: readonly Rule[] = [
  empty,
  protectedPaths,
  oddPaths,
  strangeKinds,
  binaries,
  massDeletion,
  counts,
  sizes,
];
