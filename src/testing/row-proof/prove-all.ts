import { Worker } from 'node:worker_threads';
import type { Row } from '../../judge-eval/row.ts';

export type RowProof = { readonly id: string; readonly problems: readonly string[] };

export type Patience = {
  /** For one answer of one side. */
  readonly answerMs: number;
  /** For one row: what an answer's limit cannot end, such as promises that never come. */
  readonly rowMs: number;
};

/** Far above what any row takes. */
const usual: Patience = { answerMs: 10_000, rowMs: 60_000 };

/** Runs the checks of all rows, in a thread that can be ended: one that hangs is named, and the rest goes on in a new thread. */
export async function proveAll(
  rows: readonly Row[],
  patience: Patience = usual,
): Promise<readonly RowProof[]> {
  const proofs: RowProof[] = [];
  while (proofs.length < rows.length) {
    const why = await proveSome(rows.slice(proofs.length), patience, (proof) => proofs.push(proof));
    const stuck = rows[proofs.length];
    if (stuck !== undefined) proofs.push({ id: stuck.id, problems: [why] });
  }
  return proofs;
}

async function proveSome(
  rows: readonly Row[],
  { answerMs, rowMs }: Patience,
  told: (proof: RowProof) => void,
): Promise<string> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { rows, answerMs },
    execArgv: ['--experimental-vm-modules', '--no-warnings'],
    stderr: true,
  });
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const late = () => resolve('it does not end');
  let left = rows.length;
  let timer = setTimeout(late, rowMs);
  worker.on('message', (proof: RowProof) => {
    told(proof);
    clearTimeout(timer);
    left -= 1;
    if (left === 0) resolve('');
    else timer = setTimeout(late, rowMs);
  });
  worker.on('error', (error) => resolve(String(error)));
  worker.on('exit', () => resolve('its thread ended'));
  const why = await ended;
  clearTimeout(timer);
  await worker.terminate();
  return why;
}
