import { messageOf } from '../../domain/errors.ts';
import type { Begin } from '../runtime/command/command-caller.ts';
import { streamCommand } from '../runtime/command/stream-command.ts';
import { RestartPause } from '../runtime/restart-pause.ts';

/** Said first, once every answer of the front door will be told of. */
const READY = '{"ready":true}';
const TEND_MS = 100;

export type WitnessProgramOptions = {
  /** Throws where it may not run. */
  readonly begin: () => Begin;
  readonly ready: () => void;
  readonly line: (text: string) => void;
  /** Nobody sees any more what users meet, until it is ready again. */
  readonly lost: (why: string) => void;
};

/** Runs the witness of a front door, and again when it ends. */
export class WitnessProgram {
  readonly #options: WitnessProgramOptions;
  readonly #pause = new RestartPause();
  readonly #timer: NodeJS.Timeout;
  #end: (() => void) | undefined;
  #begunAt = 0;
  #over = false;

  constructor(options: WitnessProgramOptions) {
    this.#options = options;
    this.#start();
    this.#timer = setInterval(() => this.#tend(), TEND_MS);
  }

  close(): void {
    this.#over = true;
    clearInterval(this.#timer);
    this.#end?.();
  }

  #tend(): void {
    const now = performance.now();
    if (this.#end !== undefined) this.#pause.runs(now - this.#begunAt);
    else if (this.#pause.look(now) === 'over') this.#start();
  }

  #start(): void {
    const { begin, ready, line, lost } = this.#options;
    let isReady = false;
    this.#begunAt = performance.now();
    const ended = (why: string) => {
      this.#end = undefined;
      if (!this.#over) lost(why);
    };
    try {
      const heard = (text: string) => {
        if (isReady) return line(text);
        isReady = true;
        if (text.replaceAll(/\s/g, '') === READY) return ready();
        stop();
        lost(`expected ${READY} as its first line, found ${JSON.stringify(text.slice(0, 200))}`);
      };
      const stop = streamCommand(begin(), { line: heard, ended });
      this.#end = stop;
    } catch (thrown) {
      ended(messageOf(thrown));
    }
  }
}
