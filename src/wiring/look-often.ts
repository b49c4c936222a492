import { messageOf } from '../domain/errors.ts';
import { tellTrouble } from './trouble.ts';

/** `trouble`: what could not be done where a look throws; the next one is made all the same. */
export type Often = { readonly ms: number; readonly trouble: string };

/** One look at a time: a slow one is not overtaken. `stop` settles once the last one has ended. */
export function lookOften(look: () => Promise<void>, { ms, trouble }: Often): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    running = look()
      .catch((thrown: unknown) => tellTrouble(`${trouble}: ${messageOf(thrown)}`))
      .finally(() => {
        isBusy = false;
      });
  }, ms);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
