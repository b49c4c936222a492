import { readFile } from 'node:fs/promises';

/** `up` itself is the supervisor; the others are its children. Answers process ids by role. */
export async function processesOf(supervisor: number): Promise<Record<string, number>> {
  const found: Record<string, number> = { supervisor };
  for (const pid of await childrenOf(supervisor)) {
    const command = await commandOf(pid);
    if (command.includes('_control-plane')) found.controlPlane = pid;
    if (command.includes('_router')) found.router = pid;
  }
  return found;
}

export async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

export async function commandOf(pid: number): Promise<string> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
}

/** MB are 10^6 bytes; NaN where the process is gone. `peak`: the most that was resident since its start. */
export async function memoryOf(pid: number): Promise<{ resident: number; anonymous: number; peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const megabytes = (field: string) =>
    (Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return { resident: megabytes('VmRSS'), anonymous: megabytes('RssAnon'), peak: megabytes('VmHWM') };
}
