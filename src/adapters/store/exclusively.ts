import { setTimeout as sleep } from 'node:timers/promises';
import { AutolandError } from '../../domain/errors.ts';
import { KernelLock } from './kernel-lock.ts';

/** How often and how long it is tried, in milliseconds. */
const patience = { pause: 10, limit: 30_000 };

/** Runs `work` while nobody else, of this process or another, does so on this file. Rejects with `journal.locked` after 30 s. */
export async function exclusively<T>(file: string, work: () => Promise<T>): Promise<T> {
  const lock = await takePatiently(file);
  try {
    return await work();
  } finally {
    lock.free();
  }
}

async function takePatiently(file: string): Promise<KernelLock> {
  const until = performance.now() + patience.limit;
  for (;;) {
    const lock = KernelLock.tryTake(file);
    if (lock) return lock;
    if (performance.now() > until) {
      throw new AutolandError('journal.locked', `expected ${file} to be free within 30 s, found it held`, {
        mend: 'see that no autoland process hangs, then try again',
      });
    }
    await sleep(patience.pause);
  }
}
