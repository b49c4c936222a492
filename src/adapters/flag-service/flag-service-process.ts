import { endWithStdin } from '../runtime/keep-alive.ts';
import { createFlagService, type FlagService, type FlagServiceOptions } from './flag-service.ts';

export type FlagServiceProcessOptions = FlagServiceOptions & {
  /** Ends with its standard input. */
  readonly ephemeral?: boolean;
};

/** Runs the flag service until SIGTERM or SIGINT, or, if ephemeral, the end of its standard input. */
export async function runFlagService(options: FlagServiceProcessOptions): Promise<FlagService> {
  const service = await createFlagService(options);
  const end = () => void service.close().then(() => process.exit(0));
  process.once('SIGTERM', end).once('SIGINT', end);
  if (options.ephemeral === true) endWithStdin(end);
  return service;
}
