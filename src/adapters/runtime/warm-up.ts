import { request } from 'node:http';
import type { WarmUp } from '../../ports/runtime.ts';
import { PinnedAgent } from './pinned-agent.ts';

const agent = new PinnedAgent(true);

/**
 * Asks an instance for its paths in turn, as no user, before it is given to anybody: what is loaded, compiled or connected at a first request
 * then is. Whatever it answers counts for nothing. Never rejects; ends after the time that it has, or once `gone` says so.
 */
export async function warmUp(
  socketPath: string,
  { paths, requests, timeoutSeconds }: WarmUp,
  gone: () => boolean,
) {
  const until = performance.now() + 1000 * timeoutSeconds;
  for (let n = 0; n < requests && !gone(); n += 1) {
    const left = until - performance.now();
    if (left <= 0 || !(await isAnswered(socketPath, paths[n % paths.length] ?? '/', left))) return;
  }
}

/** Resolves with the end of the answer, however it ends; false: its time was over first. */
function isAnswered(socketPath: string, path: string, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const host = socketPath.startsWith('/') ? 'localhost' : socketPath.slice('http://'.length);
    const headers = { host, 'user-agent': 'autoland warm-up' };
    const asking = request({ agent, socketPath, path, headers });
    let isInTime = true;
    const settle = () => {
      clearTimeout(timer);
      resolve(isInTime);
    };
    const timer = setTimeout(() => {
      isInTime = false;
      asking.destroy();
    }, withinMs);
    asking
      .on('error', settle)
      // Where the service changes protocol, nothing but this comes.
      .once('close', settle)
      .once('response', (response) => response.on('error', settle).resume())
      .end();
  });
}
