import type { InstrumentedFile, MutationTarget } from '../../domain/mutation.ts';
import { readQuestion, writeAnswer } from '../json-child.ts';
import { instrumentFile } from './instrument.ts';

type Work = {
  readonly targets: readonly MutationTarget[];
  readonly awake: string;
  readonly reached: string;
};

/** The child of child-instrumenter.ts: its work in, the files out. */
const { targets, awake, reached } = await readQuestion<Work>();
const files: InstrumentedFile[] = [];
for (const [at, target] of targets.entries()) {
  const file = await instrumentFile(target, { awake, reached, prefix: `${at}.` }).catch(() => undefined);
  if (file !== undefined) files.push(file);
}
writeAnswer(files);
