import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../domain/errors.ts';
import type { Row } from '../../judge-eval/row.ts';
import { prove } from './prove.ts';

// A row about a forgotten `await` leaves rejections that nobody takes.
process.on('unhandledRejection', () => {});
for (const row of workerData as readonly Row[]) {
  const problems = await prove(row).catch((error: unknown) => [messageOf(error)]);
  parentPort?.postMessage({ id: row.id, problems });
}
