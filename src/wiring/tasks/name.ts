import { randomBytes } from 'node:crypto';

/** Of a task; nobody can know it before. */
export function newTaskName(agent: string, now: Date): string {
  const at = now
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z/g, '')
    .toLowerCase();
  return `${agent}-${at}-${randomBytes(3).toString('hex')}`;
}
