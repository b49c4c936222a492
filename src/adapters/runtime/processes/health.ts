import { request } from 'node:http';
import { PinnedAgent } from '../pinned-agent.ts';

const ATTEMPT_MS = 1000;
const PAUSE_MS = 25;
const agent = new PinnedAgent(false);

/** True when the service answers 2xx at once. */
export function isHealthy(socketPath: string, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(ATTEMPT_MS);
    const headers = { host: 'localhost' };
    request({ agent, socketPath, path, headers, signal }, (response) => {
      const status = response.statusCode ?? 0;
      response.destroy();
      resolve(status >= 200 && status < 300);
    })
      .on('error', () => resolve(false))
      .end();
  });
}

/** Asks until it is healthy (true), `gone` says that nobody will answer any more, or the time is over (false). */
export async function becomesHealthy(
  at: { socket: string; path: string },
  timeoutMs: number,
  gone: () => boolean,
): Promise<boolean> {
  const until = performance.now() + timeoutMs;
  while (!gone() && performance.now() < until) {
    if (await isHealthy(at.socket, at.path)) return true;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return false;
}
