import type { ScratchDirectory } from '../../adapters/scratch-directory.ts';

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** What runs in the sandbox dies with this process. Answers how to stop listening. */
export function onInterrupt(scratch: ScratchDirectory): () => void {
  const listeners = Object.entries(signals).map(([signal, code]) => {
    const end = () => {
      scratch.removeNow();
      process.exit(code);
    };
    process.once(signal, end);
    return () => process.off(signal, end);
  });
  return () => {
    for (const forget of listeners) forget();
  };
}
