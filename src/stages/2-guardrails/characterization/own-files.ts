import type { Observation } from '../../../domain/behaviour.ts';
import { isGeneratedPath, isSourcePath, isToolFile } from '../../../domain/path-kinds.ts';
import type { Classification } from '../../../domain/stage.ts';
import { isTestFile } from '../../../domain/test-file.ts';

/** What callers see of the project's own files that change. */
export type OwnFacts = {
  /** Their paths. */
  readonly modules: readonly string[];
  /** Files with code that were there before and are not watched: too many, or no longer where they were. */
  readonly omitted: number;
  /** undefined: nobody looked. */
  readonly observed: Observation | undefined;
};

const mostModules = 50;

/** The files to watch: code of the project that both sides have. A revert is meant to differ. */
export function ownFiles({
  class: changeClass,
  files,
}: Pick<Classification, 'class' | 'files'>): Omit<OwnFacts, 'observed'> {
  if (changeClass === 'revert') return { modules: [], omitted: 0 };
  const code = files.filter(({ path, status }) => status !== 'added' && isCode(path));
  const modules = code
    .filter(({ status, kind }) => status === 'modified' && (kind === 'file' || kind === 'executable'))
    .map(({ path }) => path)
    .slice(0, mostModules);
  return { modules, omitted: code.length - modules.length };
}

function isCode(path: string): boolean {
  if (!isSourcePath(path) || /\.d\.[cm]?ts$/.test(path) || /(^|\/)node_modules\//.test(path)) return false;
  return !(isTestFile(path) || isToolFile(path) || isGeneratedPath(path));
}
