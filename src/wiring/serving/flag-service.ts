import { flushCompileCache } from 'node:module';
import {
  type FlagServiceProcessOptions,
  runFlagService as run,
} from '../../adapters/flag-service/flag-service-process.ts';
import { awaitRelease } from '../../adapters/runtime/keep-alive.ts';

/** The flag service's process: knows three files and its ports, and nothing of journal or pipeline. */
export async function runFlagService(options: FlagServiceProcessOptions): Promise<void> {
  await awaitRelease();
  await run(options);
  flushCompileCache();
}
