export type Task<Name extends string> = {
  readonly name: Name;
  readonly needs: readonly Name[];
  readonly cost: 'light' | 'aside' | 'heavy';
  /** MUST NOT reject. */
  run(): Promise<void>;
};

/**
 * Runs each task once, when what it needs has run: light ones at once and side by side, heavy ones in their order when all
 * light ones are through, so that what is found cheaply can save what is dear, and those aside beside the heavy ones. Needs
 * must not go round in a circle.
 */
export async function runTasks<Name extends string>(
  tasks: readonly Task<Name>[],
  heavyAtOnce: number,
): Promise<void> {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const needed = ({ needs }: Task<Name>) => needs.flatMap((name) => byName.get(name) ?? []);
  // What needs a later task cannot be waited for by it.
  const isLate = (task: Task<Name>): boolean => task.cost !== 'light' || needed(task).some(isLate);
  const isHeavy = (task: Task<Name>): boolean => task.cost === 'heavy' || needed(task).some(isHeavy);
  const light = tasks.filter((task) => !isLate(task));
  const places = new Places(Math.max(1, heavyAtOnce));
  const started = new Map<Name, Promise<void>>();
  const start = (task: Task<Name>): Promise<void> => {
    const running = started.get(task.name);
    if (running !== undefined) return running;
    const before = isLate(task) ? [...light, ...needed(task)] : needed(task);
    const all = Promise.all(before.map(start));
    const run = all.then(() =>
      isHeavy(task) ? places.run(tasks.indexOf(task), () => task.run()) : task.run(),
    );
    started.set(task.name, run);
    return run;
  };
  await Promise.all(tasks.map(start));
}

/** For heavy tasks: the next place goes to the first one in order that is ready, also if another has waited for longer. */
class Places {
  #free: number;
  readonly #waiting = new Map<number, () => void>();

  constructor(count: number) {
    this.#free = count;
  }

  async run(order: number, task: () => Promise<void>): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.set(order, resolve));
    try {
      await task();
    } finally {
      // Only then do those wait that needed this one.
      setImmediate(() => this.#next());
    }
  }

  #next(): void {
    const order = Math.min(...this.#waiting.keys());
    const go = this.#waiting.get(order);
    this.#waiting.delete(order);
    if (go === undefined) this.#free += 1;
    else go();
  }
}
