import type { SystemCalls } from '../../domain/system-calls.ts';
import { type Asked, asksOf, type Call } from './calls-of.ts';
import { KeptCalls } from './kept-calls.ts';
import { directoryOf, type Line, parseLine, textOf, unfinished } from './line.ts';
import { placeOf } from './place-of.ts';
import { type Program, Tasks } from './tasks.ts';

const mostBytes = 512 * 1024 * 1024;
/** What the kernel puts into a pipe in one piece: of a longer line somebody else's could stand in the middle. */
const mostLine = 4096;
/** Far more tasks than a sandbox has at a time. */
const mostBegun = 10_000;
const mostKnown = 20_000;
const newline = 0x0a;
const opened = /^(\d{1,10}) +(openat\(AT_FDCWD<.*)$/;

type Begun = Extract<Line, { kind: 'begun' }>;
type Ended = Pick<Extract<Line, { kind: 'call' }>, 'value' | 'path'>;

/**
 * Reads what strace writes, as it comes. What is traced can write there too, but take nothing away: it can only make it look as
 * if it did more, or leave a line that is none, which is a gap.
 */
export class TraceReading {
  readonly #tasks: Tasks;
  readonly #kept: KeptCalls;
  readonly #begun = new Map<number, Begun>();
  readonly #gaps = new Set<string>();
  /** Lines that were read before, but for the task: most processes of a run open the same files. */
  readonly #known = new Map<Program, Set<string>>();
  #isTraced = false;
  #bytes = 0;
  #rest = '';

  /** `project`: where the project stands for the tests, which start there. */
  constructor(project: string) {
    this.#tasks = new Tasks(project);
    this.#kept = new KeptCalls(project);
  }

  gap(why: string): void {
    this.#gaps.add(why);
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > mostBytes) {
      this.gap('too-much');
      return;
    }
    let from = 0;
    for (let to = chunk.indexOf(newline); to !== -1; to = chunk.indexOf(newline, from)) {
      // A string of its own: a part of a larger one would keep all of that in memory.
      const line = this.#rest + chunk.toString('latin1', from, to);
      if (line.length > mostLine || !this.#take(line)) this.gap('unreadable');
      this.#rest = '';
      from = to + 1;
    }
    const rest = this.#rest + chunk.toString('latin1', from);
    // As long as it takes to see that it is too long.
    this.#rest = rest.slice(0, mostLine + 1);
  }

  done(): SystemCalls {
    // The sandbox may have ended within a call.
    const isRead = this.#rest === '' || this.#take(`${this.#rest}${unfinished}`);
    const unended = { value: undefined, path: undefined };
    const areRead = [...this.#begun.values()].map((begun) => this.#ask(begun, unended));
    if (!isRead || areRead.includes(false)) this.gap('unreadable');
    return { traced: this.#isTraced, calls: this.#kept.all(), gaps: [...this.#gaps] };
  }

  /** Answers false for what cannot be read. */
  #take(text: string): boolean {
    const [, tid, rest = ''] = opened.exec(text) ?? [];
    if (tid === undefined || this.#begun.has(Number(tid)) || rest.endsWith(unfinished))
      return this.#read(text);
    const { program } = this.#tasks.get(Number(tid));
    const known = this.#known.get(program) ?? new Set();
    if (known.has(rest)) return true;
    if (!this.#read(text)) return false;
    if (known.size < mostKnown) this.#known.set(program, known.add(rest));
    return true;
  }

  #read(text: string): boolean {
    const line = parseLine(text);
    if (line === undefined || line.kind === 'other') return line !== undefined;
    // What strace starts, before anything else can write.
    this.#isTraced ||= line.name === 'execve';
    const begun = this.#begun.get(line.tid);
    this.#begun.delete(line.tid);
    // A task makes one call after another.
    if ((begun !== undefined) !== (line.kind === 'resumed')) return false;
    if (line.kind === 'call') return this.#ask(line, line);
    if (line.kind === 'resumed') return begun?.name === line.name && this.#ask(begun, line);
    if (this.#begun.size >= mostBegun) return false;
    this.#begun.set(line.tid, line);
    return true;
  }

  #ask({ tid, name, args }: Omit<Begun, 'kind'>, { value, path }: Ended): boolean {
    const task = this.#tasks.get(tid);
    const call = { name, args, opened: path, cwd: task.directory.path };
    if (makers.has(name)) return this.#make(tid, args, value);
    if (name === 'chdir' || name === 'fchdir') return value !== 0 || move(task.directory, call);
    const asked = asksOf(call);
    const isRefused = value !== undefined && value < 0;
    for (const one of asked ?? []) if (!this.#kept.keep(task.program, one, isRefused)) this.gap('too-many');
    const program = asked?.[0];
    if (program?.kind === 'run' && value === 0) this.#tasks.started(tid, nameOfProgram(program));
    return asked !== undefined;
  }

  #make(tid: number, args: readonly string[], child: number | undefined): true {
    const sharesDirectory = /\bCLONE_FS\b/.test(args.join());
    const isMade = child !== undefined && child > 0;
    if (isMade && !this.#tasks.made(tid, child, sharesDirectory)) this.gap('contradiction');
    return true;
  }
}

const makers = new Set(['clone', 'clone3', 'fork', 'vfork']);

function move(directory: { path: string }, { name, args, cwd }: Call): boolean {
  const path = name === 'chdir' ? textOf(args[0]) : directoryOf(args[0]);
  if (path !== undefined) directory.path = placeOf({ path, from: cwd });
  return path !== undefined;
}

/** npm reads settings and keeps logs where nobody else has anything to look for. */
function nameOfProgram({ target, args = [] }: Asked): string {
  const script = args.find((each) => !each.startsWith('-')) ?? '';
  const isNpm = /^\/(?:opt|usr)\/(?:(?!\.\.?\/)[^/]+\/)*npm\/bin\/(?:npm|npx)-cli\.js$/.test(script);
  return isNpm && target.endsWith('/node') ? 'npm' : target;
}
