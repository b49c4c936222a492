import { endWithStdin } from '../runtime/keep-alive.ts';
import { createRouter, type Router, type RouterOptions } from './router.ts';

export type RouterProcessOptions = RouterOptions & {
  /** Ends with its standard input. */
  readonly ephemeral?: boolean;
};

/** Runs the router until SIGTERM or SIGINT, or, if ephemeral, the end of its standard input. */
export async function runRouter(options: RouterProcessOptions): Promise<Router> {
  const router = await createRouter(options);
  const end = () => void router.close().then(() => process.exit(0));
  process.once('SIGTERM', end).once('SIGINT', end);
  if (options.ephemeral === true) endWithStdin(end);
  return router;
}
