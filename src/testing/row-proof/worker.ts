import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../domain/errors.ts';
import type { Row } from '../../judge-eval/row.ts';
import { prove } from './prove.ts';

// A row about a forgotten `await` leaves rejections that nobody takes.
process.on('unhandledRejection', () => {});
const { rows, answerMs } = workerData as { readonly rows: readonly Row[]; readonly answerMs: number };
for (const row of rows) {
  const problems = await prove(row, answerMs).catch((error: unknown) => [messageOf(error)]);
  parentPort?.postMessage({ id: row.id, problems });
}
