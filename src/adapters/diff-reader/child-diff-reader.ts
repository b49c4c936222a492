import type { FileDiff, FilePair, Hunks } from '../../domain/file-diff.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { DiffReader } from '../../ports/diff-reader.ts';
import { askChildForList } from '../json-child.ts';

/** Reads in a child process, because hostile text can end or exhaust the process that parses it. */
export class ChildDiffReader implements DiffReader {
  readonly #timeoutMs: number;

  constructor({ timeoutMs = 30_000 }: { timeoutMs?: number } = {}) {
    this.#timeoutMs = timeoutMs;
  }

  async read(pairs: readonly FilePair[]): Promise<ReadonlyMap<string, FileDiff>> {
    if (pairs.length === 0) return new Map();
    const child = {
      script: 'diff-child',
      from: import.meta.url,
      timeoutMs: this.#timeoutMs,
      memoryMiB: 1024,
    };
    const answers = await askChildForList(child, pairs);
    return new Map(answers.flatMap(readAnswer));
  }
}

/** The child is this program's own; its lists hold what file-diff.ts puts there. */
function readAnswer(answer: unknown): readonly (readonly [string, FileDiff])[] {
  if (!isRecord(answer) || typeof answer.path !== 'string') return [];
  const { path, kind, code, whole, why } = answer;
  if (kind === 'unread') return [[path, { kind, why: String(why) }]];
  if (kind !== 'read' || !isHunks(code) || !isHunks(whole)) return [];
  return [[path, { kind, code, whole }]];
}

function isHunks(value: unknown): value is Hunks {
  return Array.isArray(value) && value.every((hunk) => Array.isArray(hunk));
}
