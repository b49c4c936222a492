import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Before a signal ends this process, `act`: what is under way would be told as that for ever. What a second signal ends, it ends at once. */
export function endOnSignal(act: () => Promise<void>): Disposable {
  const end = (signal: (typeof signals)[number]) => {
    void act()
      .catch(() => undefined)
      .then(() => process.exit(128 + constants.signals[signal]));
  };
  for (const signal of signals) process.once(signal, end);
  return {
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, end);
    },
  };
}
