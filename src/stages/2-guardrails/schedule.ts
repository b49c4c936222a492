import { Limiter } from '../../domain/limiter.ts';

export type Task<Name extends string> = {
  readonly name: Name;
  readonly needs: readonly Name[];
  readonly cost: 'light' | 'heavy';
  /** MUST NOT reject. */
  run(): Promise<void>;
};

/**
 * Runs each task once, when what it needs has run: light ones at once and side by side, heavy ones in their order when all
 * light ones are through, so that what is found cheaply can save what is dear. Needs must not go round in a circle.
 */
export async function runTasks<Name extends string>(
  tasks: readonly Task<Name>[],
  heavyAtOnce: number,
): Promise<void> {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const needed = ({ needs }: Task<Name>) => needs.flatMap((name) => byName.get(name) ?? []);
  // What needs a heavy task cannot be waited for by it.
  const isHeavy = (task: Task<Name>): boolean => task.cost === 'heavy' || needed(task).some(isHeavy);
  const light = tasks.filter((task) => !isHeavy(task));
  const limiter = new Limiter(Math.max(1, heavyAtOnce));
  const started = new Map<Name, Promise<void>>();
  const start = (task: Task<Name>): Promise<void> => {
    const running = started.get(task.name);
    if (running !== undefined) return running;
    const before = isHeavy(task) ? [...light, ...needed(task)] : needed(task);
    const all = Promise.all(before.map(start));
    const run = all.then(() => (isHeavy(task) ? limiter.run(() => task.run()) : task.run()));
    started.set(task.name, run);
    return run;
  };
  await Promise.all(tasks.map(start));
}
