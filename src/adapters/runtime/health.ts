import { request } from 'node:http';
import { PinnedAgent } from './pinned-agent.ts';

const ATTEMPT_MS = 1000;
const PAUSE_MS = 25;
const agent = new PinnedAgent(false);

/** True when the service answers 2xx at once. Answers within a second, whatever the service says or does not say. */
export function isHealthy(socketPath: string, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const host = socketPath.startsWith('/') ? 'localhost' : socketPath.slice('http://'.length);
    const asked = request({ agent, socketPath, path, headers: { host } });
    const settle = (healthy: boolean) => {
      clearTimeout(timer);
      asked.destroy();
      resolve(healthy);
    };
    const timer = setTimeout(() => settle(false), ATTEMPT_MS);
    asked
      .on('error', () => settle(false))
      // Where the service changes protocol, nothing but this comes.
      .once('close', () => settle(false))
      .once('response', ({ statusCode = 0 }) => settle(statusCode >= 200 && statusCode < 300))
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
