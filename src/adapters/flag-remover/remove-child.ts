import { removeFlag } from '../../agents/flag-removal/rewrite/remove-flag.ts';
import type { FlagRemovalQuestion } from '../../domain/flag-removal.ts';
import { readQuestion, writeAnswer } from '../json-child.ts';
import { parseSource } from '../prover/parse.ts';

/** The child of child-flag-remover.ts: one job in, its answer out. Text that does not parse ends it. */
writeAnswer(
  removeFlag(await readQuestion<FlagRemovalQuestion>(), {
    parse: (path, text) => parseSource(path, text).program,
    parseWritten: (path, text) => parseSource(path, text, { preserveParens: true }).program,
  }),
);
