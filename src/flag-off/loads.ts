import type { FlagAnswer, FlagDoubt, FlagQuestion } from '../domain/flag-off.ts';
import { actingStatement, lateLoadsOf, loadsOf } from './modules.ts';
import { resolve } from './resolve.ts';
import { doubt, type Pair, type Side } from './side.ts';
import { strip } from './strip.ts';

/** Whether what the change newly loads does nothing by being loaded, and whether its new files are loaded by nobody else. */
export function checkLoads(
  pairs: readonly Pair[],
  question: FlagQuestion,
  read: (path: string, text: string) => Side,
): Pick<FlagAnswer, 'doubts' | 'wants'> {
  return new Loads(pairs, question, read).check();
}

class Loads {
  readonly #pairs: readonly Pair[];
  readonly #paths: ReadonlySet<string>;
  /** Packages that people named as flag clients, as OpenFeature's are. A file of the project is read all the same. */
  readonly #helpers: ReadonlySet<string>;
  readonly #others: ReadonlyMap<string, string>;
  readonly #read: (path: string, text: string) => Side;
  readonly #doubts: FlagDoubt[] = [];
  readonly #wants = new Set<string>();
  readonly #reached = new Set<string>();

  constructor(
    pairs: readonly Pair[],
    { files, paths, others, helpers }: FlagQuestion,
    read: (path: string, text: string) => Side,
  ) {
    this.#pairs = pairs;
    this.#paths = new Set([...paths, ...files.map(({ path }) => path)]);
    this.#helpers = new Set(helpers.map((helper) => helper.split('#')[0] ?? ''));
    this.#others = new Map(others.map(({ path, text }) => [path, text]));
    this.#read = read;
  }

  check(): Pick<FlagAnswer, 'doubts' | 'wants'> {
    const added = this.#pairs.filter(({ base }) => base.text === '');
    for (const { base, head } of this.#pairs) {
      if (base.text === '') continue;
      const old = loadsOf(base.program);
      for (const source of loadsOf(head.program)) if (!old.has(source)) this.#load(head, source);
    }
    for (const { head } of this.#pairs)
      for (const source of lateLoadsOf(head.program)) this.#reached.add(this.#place(head, source) ?? '');
    const orphan = added.find(({ path }) => !this.#reached.has(path));
    if (orphan !== undefined)
      this.#doubts.push(doubt(orphan.head, 0, 'it is new, and no file that was there loads it'));
    return { doubts: this.#doubts, wants: [...this.#wants] };
  }

  #place({ path }: Side, source: string): string | undefined {
    return source.startsWith('.') ? resolve(path, source, this.#paths) : undefined;
  }

  #load(from: Side, source: string): void {
    if (/^(node:|@openfeature\/)/.test(source) || this.#helpers.has(source)) return;
    const path = this.#place(from, source);
    if (path === undefined) {
      this.#doubts.push(doubt(from, 0, `it newly loads ${source.slice(0, 200)}, also with the flag off`));
      return;
    }
    if (this.#reached.has(path) || path.endsWith('.json')) return;
    this.#reached.add(path);
    const changed = this.#pairs.find((pair) => pair.path === path);
    const text = this.#others.get(path);
    if (changed === undefined && text === undefined) this.#wants.add(path);
    else this.#enter(changed?.head ?? this.#read(path, text ?? ''));
  }

  /** A module that is loaded for the first time: all that it does by being loaded, it does with the flag off too. */
  #enter(side: Side): void {
    const acting = actingStatement(strip(side.program), side.reader);
    if (acting !== undefined)
      this.#doubts.push(doubt(side, acting.start, 'it is newly loaded, and does something when it is'));
    for (const source of loadsOf(side.program)) this.#load(side, source);
  }
}
