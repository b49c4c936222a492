import { removeFlag } from '../../agents/flag-removal/rewrite/remove-flag.ts';
import { removeTests } from '../../agents/flag-removal/rewrite/remove-tests.ts';
import { readQuestion, writeAnswer } from '../json-child.ts';
import { parseSource } from '../prover/parse.ts';
import type { RemovalJob } from './child-flag-remover.ts';

const parsers = {
  parse: (path: string, text: string) => parseSource(path, text).program,
  parseWritten: (path: string, text: string) => parseSource(path, text, { preserveParens: true }).program,
};

/** The child of child-flag-remover.ts: one job in, its answer out. Text that does not parse ends it. */
const job = await readQuestion<RemovalJob>();
writeAnswer('flag' in job ? removeFlag(job.flag, parsers) : removeTests(job.tests, parsers));
