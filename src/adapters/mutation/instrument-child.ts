import type { InstrumentedFile, MutationTarget } from '../../domain/mutation.ts';
import { instrumentFile } from './instrument.ts';

/** The child of child-instrumenter.ts: its work as JSON on standard input, the files as JSON on standard output. */
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
// Its parent is this same program: the shape is its own, only the texts are hostile.
const work: { targets: readonly MutationTarget[]; awake: string; reached: string } = JSON.parse(
  Buffer.concat(chunks).toString('utf8'),
);
const files: InstrumentedFile[] = [];
for (const [at, target] of work.targets.entries()) {
  const names = { awake: work.awake, reached: work.reached, prefix: `${at}.` };
  const file = await instrumentFile(target, names).catch(() => undefined);
  if (file !== undefined) files.push(file);
}
process.stdout.write(JSON.stringify(files));
