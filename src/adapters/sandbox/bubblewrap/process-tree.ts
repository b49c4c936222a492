import { readdir, readFile } from 'node:fs/promises';

export type TreeUse = {
  readonly pids: readonly number[];
  /** Threads count, as they do in the kernel's own limit. */
  readonly tasks: number;
  /** Anonymous and shared memory; pages of mapped files do not count. */
  readonly residentKiB: number;
};

type Entry = { readonly pid: number; readonly parent: number; readonly tasks: number; readonly kib: number };

/** What a process and all its descendants use. Nothing leaves the tree: orphans go to the sandbox's own init. */
export async function readTree(root: number): Promise<TreeUse> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(names.map((name) => readEntry(Number(name))));
  return sumTree(root, entries.flat());
}

/** A process and its descendants, found from the top: cheaper than to look at every process of the machine. */
export async function descendantsOf(root: number): Promise<readonly number[]> {
  const pids = [root];
  // The array grows while it is walked.
  for (const pid of pids) pids.push(...(await childrenOf(pid)));
  return pids;
}

/** Format: proc_pid_task_children(5); where the kernel was built without it, none are found. */
async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => ''));
  return (await Promise.all(lists)).flatMap((list) => list.split(' ').filter(Boolean).map(Number));
}

export function sumTree(root: number, entries: readonly Entry[]): TreeUse {
  const children = Map.groupBy(entries, ({ parent }) => parent);
  const tree = entries.filter(({ pid }) => pid === root);
  // The array grows while it is walked.
  for (const { pid } of tree) tree.push(...(children.get(pid) ?? []));
  return {
    pids: tree.map(({ pid }) => pid),
    tasks: tree.reduce((sum, { tasks }) => sum + tasks, 0),
    residentKiB: tree.reduce((sum, { kib }) => sum + kib, 0),
  };
}

/** Format: proc_pid_status(5). */
async function readEntry(pid: number): Promise<Entry[]> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const number = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  if (text === '') return [];
  return [
    { pid, parent: number('PPid'), tasks: number('Threads'), kib: number('RssAnon') + number('RssShmem') },
  ];
}
