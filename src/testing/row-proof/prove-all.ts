import { Worker } from 'node:worker_threads';
import type { Row } from '../../judge-eval/row.ts';

export type RowProof = { readonly id: string; readonly problems: readonly string[] };

/** Far above what any row takes: a row that reaches it hangs. */
const patienceMs = 30_000;

/** Runs the checks of all rows in a thread that can be ended; a row that hangs is named, and what comes after it was not run. */
export async function proveAll(rows: readonly Row[]): Promise<readonly RowProof[]> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: rows,
    execArgv: ['--experimental-vm-modules', '--no-warnings'],
    stderr: true,
  });
  const proofs: RowProof[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  let patience = setTimeout(resolve, patienceMs, 'it did not end');
  worker.on('message', (proof: RowProof) => {
    proofs.push(proof);
    clearTimeout(patience);
    patience = setTimeout(resolve, patienceMs, 'it did not end');
    if (proofs.length === rows.length) resolve('');
  });
  worker.on('error', (error) => resolve(String(error)));
  worker.on('exit', () => resolve('its process ended'));
  if (rows.length === 0) resolve('');
  const why = await ended;
  clearTimeout(patience);
  await worker.terminate();
  const missing = rows
    .slice(proofs.length)
    .map(({ id }, at) => ({ id, problems: [at === 0 ? why : 'it was not run'] }));
  return [...proofs, ...missing];
}
