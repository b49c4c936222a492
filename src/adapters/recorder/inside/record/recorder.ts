import type { Crossing, Handler, Loaded, Settled } from '../handler.ts';
import { isObject, isPlain } from '../kinds.ts';
import { Ambient } from './ambient.ts';
import { byCodeUnits, short, type Told, tell, tellAll } from './digest.ts';
import { type Entry, Ledger } from './ledger.ts';
import { type Message, tellMessage } from './message.ts';
import { SeededRandom } from './random.ts';
import type { RecordWriter } from './writer.ts';

/** A call whose synchronous part is under way, or that still calls back. */
type Run = {
  readonly entry: Entry;
  readonly reads: Set<string>;
  readonly called: Map<string, number>;
  /** Of the arguments, before the call. */
  readonly before: readonly string[];
  running: boolean;
};

const mostReads = 50;
const mostCallbacks = 20;
const mostFields = 50;
/** Calls of one function, whatever its arguments. */
const mostTimes = 5000;
const mostPaths = 20_000;

/** Told of each call that is looked at, before it is made. MUST NOT throw. */
export type OnCall = (crossing: Crossing, entry: Entry) => void;

/** What happens around calls; nothing by default. */
export type Occasions = {
  readonly onCall?: OnCall;
  /** A package was loaded that is looked at. */
  readonly onLoad?: () => void;
};

/** Writes down what each side of the boundary sees of the other. Changes nothing but Math.random. */
export class Recorder implements Handler {
  readonly #ledger: Ledger;
  readonly #ambient = new Ambient();
  readonly #random: SeededRandom;
  readonly #runs = new WeakMap<Crossing, Run>();
  readonly #versions = new Map<string, string>();
  readonly #times = new Map<string, number>();
  readonly #occasions: Occasions;

  constructor(writer: RecordWriter, seed: number, occasions: Occasions = {}) {
    this.#occasions = occasions;
    this.#ledger = new Ledger(writer);
    this.#random = new SeededRandom(`${seed} ${process.argv.slice(1).join(' ')}`, short);
  }

  loaded(load: Loaded): void {
    if (load.version !== undefined) this.#versions.set(load.package, load.version);
    this.#ledger.loaded(load);
    this.#occasions.onLoad?.();
  }

  exposed(name: string, exports: object): void {
    this.#ledger.exported(name, exports);
  }

  loading<Found>(name: string, proceed: () => Found): Found {
    const entry = this.#ledger.load(name);
    this.#ambient.settle();
    try {
      const loaded = proceed();
      entry?.add('load', 'return', tell('loaded'));
      return loaded;
    } catch (thrown) {
      entry?.add('load', 'throw', told(thrown));
      throw thrown;
    } finally {
      this.#tellAmbient(entry);
    }
  }

  call(crossing: Crossing, proceed: () => unknown): unknown {
    const run = this.#enter(crossing);
    if (run === undefined) return proceed();
    const { entry } = run;
    const leave = this.#random.enter(`${entry.key} ${entry.times}`);
    try {
      const value = proceed();
      entry.add('result', 'return', tell(value));
      return value;
    } catch (thrown) {
      entry.add('result', 'throw', told(thrown));
      throw thrown;
    } finally {
      leave();
      this.#leave(crossing, run);
    }
  }

  read(crossing: Crossing, value: unknown): unknown {
    if (!this.#isWorn(crossing))
      this.#ledger.enter(crossing, '')?.add('result', 'read', this.#tellRead(crossing, value));
    return value;
  }

  settle(crossing: Crossing, { kind, value }: Settled): unknown {
    this.#runs.get(crossing)?.entry.add('settled', kind, kind === 'reject' ? told(value) : tell(value));
    if (kind === 'reject') throw value;
    return value;
  }

  /** Nobody stands between a client and these. */
  answered(crossing: Crossing, instance: object): void {
    const entry = this.#runs.get(crossing)?.entry;
    if (entry === undefined) return;
    for (const key of Reflect.ownKeys(instance).slice(0, mostFields)) {
      if (typeof key === 'symbol' || key.startsWith('_')) continue;
      const own = Reflect.getOwnPropertyDescriptor(instance, key);
      if (own?.enumerable !== true || own.get !== undefined || typeof own.value === 'function') continue;
      entry.add(`field ${key.slice(0, 80)}`, 'field', tell(own.value));
    }
  }

  callback(
    crossing: Crossing,
    { at, args }: { at: string; args: readonly unknown[] },
    proceed: () => unknown,
  ): unknown {
    const run = this.#runs.get(crossing);
    if (run === undefined) return proceed();
    const time = (run.called.get(at) ?? 0) + 1;
    run.called.set(at, time);
    if (time <= mostCallbacks) {
      const { type, digest, shown } = tellAll(args);
      const when = run.running ? 'called' : 'called-later';
      run.entry.add(`callback ${at}`, when, {
        type,
        digest: short(`${time} ${digest}`),
        shown: `#${time} ${shown}`,
      });
    }
    return proceed();
  }

  argumentRead(crossing: Crossing, at: string): void {
    const run = this.#runs.get(crossing);
    // Elements are many, and read in ways that no client minds.
    if (run?.running === true && run.reads.size < mostReads)
      run.reads.add(at.replaceAll(/\.(?:\d+|length)(?=\.|$)/g, '[]').slice(0, 200));
  }

  /** This process has sent it. */
  sent(message: Message): void {
    const told = tellMessage(message);
    const entry = told && this.#ledger.message(told.name);
    for (const { facet, told: what } of told?.facets ?? []) entry?.add(facet, 'sent', what);
  }

  /** Looking at arguments takes longer than most calls do. */
  #isWorn({ package: name, path, kind }: Crossing): boolean {
    const at = `${kind} ${name} ${path}`;
    const times = (this.#times.get(at) ?? 0) + 1;
    if (this.#times.has(at) || this.#times.size < mostPaths) this.#times.set(at, times);
    return times > mostTimes;
  }

  #enter(crossing: Crossing): Run | undefined {
    if (this.#isWorn(crossing)) return undefined;
    const args = crossing.args.map(tell);
    const shown = `(${args.map((arg) => arg.shown).join(', ')})`;
    const entry = this.#ledger.enter(crossing, shown, args.map((arg) => arg.digest).join());
    if (entry === undefined) return undefined;
    const before = args.map((arg) => arg.digest);
    const run: Run = { entry, reads: new Set(), called: new Map(), before, running: true };
    this.#runs.set(crossing, run);
    this.#occasions.onCall?.(crossing, entry);
    this.#ambient.settle();
    return run;
  }

  #leave(crossing: Crossing, run: Run): void {
    run.running = false;
    this.#tellAmbient(run.entry);
    for (const [index, arg] of crossing.args.entries()) {
      if (!isObject(arg) || !(isPlain(arg) || Array.isArray(arg))) continue;
      const after = tell(arg);
      if (after.digest !== run.before[index]) run.entry.add('mutation', `argument ${index}`, after);
    }
    if (run.reads.size > 0) {
      const shown = [...run.reads].sort(byCodeUnits).join(' ');
      run.entry.add('reads', 'reads', { type: 'reads', digest: short(shown), shown: shown.slice(0, 300) });
    }
  }

  #tellAmbient(entry: Entry | undefined): void {
    for (const shown of this.#ambient.changes())
      entry?.add('ambient', 'changes', { type: 'ambient', digest: short(shown), shown });
  }

  /** A package's own version differs in each release: it is not behaviour. */
  #tellRead(crossing: Crossing, value: unknown): Told {
    const isVersion = /\.version$/i.test(crossing.path) && value === this.#versions.get(crossing.package);
    return tell(isVersion ? "the package's version" : value);
  }
}

/** With the message, which is shown and not compared. */
function told(thrown: unknown): Told {
  const { type, digest, shown } = tell(thrown);
  const message = isObject(thrown) ? Reflect.getOwnPropertyDescriptor(thrown, 'message')?.value : undefined;
  return { type, digest, shown: typeof message === 'string' ? `${shown} ${message}`.slice(0, 200) : shown };
}
