import { flushCompileCache } from 'node:module';
import { type RouterProcessOptions, runRouter as run } from '../adapters/router/router-process.ts';

/** The router's process: knows the state directory and the port, and nothing of the pipeline. */
export async function runRouter(options: RouterProcessOptions): Promise<void> {
  await run(options);
  flushCompileCache();
}
