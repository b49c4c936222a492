/** What tasks share until one of them starts a program. */
export type Program = {
  /** The path that it was started by, or `npm`; undefined: it is that of the task which made this one. */
  readonly name: string | undefined;
  /** undefined: not seen yet. */
  maker?: Program;
};

type Task = {
  program: Program;
  /** The program that it was made by. */
  readonly origin: Program;
  directory: { path: string };
  hasMaker: boolean;
};

const mostTasks = 100_000;

/** Which program each task is of. A task is a thread or, where it is alone, a process. */
export class Tasks {
  readonly #tasks = new Map<number, Task>();
  readonly #programs = new Map<string, Program>();
  readonly #start: string;

  /** `start`: the current directory of the first task. */
  constructor(start: string) {
    this.#start = start;
  }

  /** The first one is the command itself. A task may be heard of before the one that made it tells so. */
  get(tid: number): Task {
    const known = this.#tasks.get(tid);
    if (known !== undefined) return known;
    const isFirst = this.#tasks.size === 0;
    const origin: Program = { name: isFirst ? 'autoland' : undefined };
    return this.#add(tid, { program: origin, origin, directory: { path: this.#start }, hasMaker: isFirst });
  }

  /** Answers false where the task is another's already, which happens only when one of the two was made up. */
  made(maker: number, tid: number, sharesDirectory: boolean): boolean {
    const { program, directory } = this.get(maker);
    const place = sharesDirectory ? directory : { path: directory.path };
    const early = this.#tasks.get(tid);
    if (early === undefined) {
      this.#add(tid, { program, origin: program, directory: place, hasMaker: true });
      return true;
    }
    if (early.hasMaker) return false;
    early.hasMaker = true;
    early.origin.maker = program;
    if (early.directory.path === this.#start) early.directory = place;
    return true;
  }

  started(tid: number, name: string): void {
    const program = this.#programs.get(name) ?? { name };
    if (this.#programs.size < mostTasks) this.#programs.set(name, program);
    this.get(tid).program = program;
  }

  #add(tid: number, task: Task): Task {
    if (this.#tasks.size < mostTasks) this.#tasks.set(tid, task);
    return task;
  }
}

/** Tells names of programs: `?` where none is known. It remembers them, so that a long chain costs no more than its length. */
export function naming(): (program: Program) => string {
  const known = new Map<Program, string>();
  return (program) => {
    const chain = new Set<Program>();
    let at: Program | undefined = program;
    while (at !== undefined && at.name === undefined && !known.has(at) && !chain.has(at)) {
      chain.add(at);
      at = at.maker;
    }
    const name = at === undefined ? '?' : (at.name ?? known.get(at) ?? '?');
    for (const each of chain) known.set(each, name);
    return name;
  };
}
