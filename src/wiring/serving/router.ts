import { flushCompileCache } from 'node:module';
import { type RouterProcessOptions, runRouter as run } from '../../adapters/router/router-process.ts';
import { awaitRelease } from '../../adapters/runtime/keep-alive.ts';

/** The router's process: knows the state directory and the port, and nothing of the pipeline. */
export async function runRouter(options: RouterProcessOptions): Promise<void> {
  await awaitRelease();
  await run(options);
  flushCompileCache();
}
