import { isAbsolute } from 'node:path';

/** What a system keeps its own programs in; some environments (cron, env -i, a slim container) name less, or nothing. */
const systemDirectories = ['/usr/local/bin', '/usr/bin', '/bin'];

/** PATH for programs of the system: the caller's own first, without what depends on the current directory. */
export function systemPath(path = process.env.PATH ?? ''): string {
  const own = path.split(':').filter((dir) => isAbsolute(dir));
  return [...new Set([...own, ...systemDirectories])].join(':');
}
