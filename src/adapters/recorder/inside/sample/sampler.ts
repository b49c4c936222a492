import type { Crossing, Handler } from '../handler.ts';
import { encodeArguments } from './encode.ts';
import { tellsSecret } from './redact.ts';
import type { SampleSettings } from './sample-settings.ts';
import type { SampleWriter } from './sample-writer.ts';

const mostOfOne = 200;
const mostPaths = 1000;
/** Looking at arguments takes time: a service under load must not notice. */
const mostLooksPerSecond = 200;

/** How one function was met: `kept` different calls, and those whose arguments were not plain data. */
type Met = { kept: number; notPlain: number; told: number };

/**
 * Keeps the arguments of some calls of exports, and of those that throw, never what they answer. Draws from a generator of its own, so that the
 * service's random numbers are as without it.
 */
export class Sampler implements Handler {
  readonly exportsOnly = true;
  readonly #writer: SampleWriter;
  readonly #share: number;
  readonly #mostCalls: number;
  readonly #seen = new Set<string>();
  readonly #met = new Map<string, Met>();
  #state: number;
  #second = 0;
  #looks = 0;

  constructor(writer: SampleWriter, { share, calls }: Pick<SampleSettings, 'share' | 'calls'>, seed: number) {
    this.#writer = writer;
    this.#share = share;
    this.#mostCalls = calls;
    this.#state = seed | 0 || 1;
  }

  call(crossing: Crossing, proceed: () => unknown): unknown {
    const isChosen = this.#isDrawn();
    if (isChosen) this.#tryToKeep(crossing);
    try {
      return proceed();
    } catch (thrown) {
      // Rare, and what a crash is shown by. The call may have changed its arguments; whoever makes it again will see.
      if (!isChosen) this.#tryToKeep(crossing);
      throw thrown;
    }
  }

  #tryToKeep(crossing: Crossing): void {
    try {
      if (this.#mayLook(crossing)) this.#keep(crossing);
    } catch {
      // A recorder must not be what a service fails by.
    }
  }

  read(_crossing: Crossing, value: unknown): unknown {
    return value;
  }

  #isDrawn(): boolean {
    return this.#draw() < this.#share;
  }

  #mayLook({ steps }: Crossing): boolean {
    if (steps.length === 0 || this.#writer.stopped || this.#seen.size >= this.#mostCalls) return false;
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) [this.#second, this.#looks] = [second, 0];
    return this.#looks++ < mostLooksPerSecond;
  }

  /** Xorshift (Marsaglia, 2003), 32 bits. */
  #draw(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 4_294_967_296;
  }

  /** Before the call: a package may change what it is handed. */
  #keep({ package: name, steps, kind, args }: Crossing): void {
    const of = { v: 1, package: name, kind, steps };
    const met = this.#of(JSON.stringify(of));
    if (met === undefined || met.kept >= mostOfOne) return;
    const encoded = encodeArguments(args, steps.slice(1).some(tellsSecret));
    if (encoded === undefined) {
      this.#tellNotPlain(met, of);
      return;
    }
    const line = { ...of, args: encoded };
    const text = JSON.stringify(line);
    if (this.#seen.has(text)) return;
    this.#seen.add(text);
    met.kept++;
    this.#writer.write(line);
  }

  #of(key: string): Met | undefined {
    const known = this.#met.get(key);
    if (known !== undefined || this.#met.size >= mostPaths) return known;
    const made = { kept: 0, notPlain: 0, told: 0 };
    this.#met.set(key, made);
    return made;
  }

  /** At each power of two: a count that costs next to nothing, and is right to a factor of two. */
  #tellNotPlain(met: Met, of: object): void {
    met.notPlain++;
    if (met.notPlain < 2 * met.told) return;
    this.#writer.write({ ...of, notPlain: met.notPlain - met.told });
    met.told = met.notPlain;
  }
}
