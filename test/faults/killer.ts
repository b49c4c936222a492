import type { Random } from '../../src/demo/traffic/random.ts';
import type { Entry } from '../../src/domain/journal.ts';
import type { Installation, Victim } from './installation.ts';

export type Kills = Readonly<Record<Victim, number>>;

type KillerOptions = {
  readonly installation: Installation;
  readonly random: Random;
  readonly onKill: (victim: Victim) => void;
};

/** Chances, per second, that a process is killed at no particular moment. */
const perSecond: Readonly<Record<Victim, number>> = { 'control plane': 1.0, supervisor: 0.5, router: 0.02 };
/** How many kills each part of a landing gets, so that they do not all meet its beginning: 20 in all. */
const grants: Readonly<Record<string, number>> = { proposed: 5, guardrails: 4, merge: 5, release: 6 };
const TICK_MS = 20;
/** Effects whose middle is the most dangerous moment. */
const aims = /^(advance|attest|build|start|expose-.*|promote|retire-flag|stop-others-.*)$/;

/** Sends SIGKILL at random moments and at chosen ones, while it is allowed to. */
export class Killer {
  readonly #options: KillerOptions;
  readonly #kills: Record<Victim, number> = { 'control plane': 0, supervisor: 0, router: 0 };
  readonly #timer: NodeJS.Timeout;
  /** How many more may be sent; then the landing goes on in peace. */
  #budget = 0;
  #on = false;

  constructor(options: KillerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  get kills(): Kills {
    return { ...this.#kills };
  }

  get total(): number {
    return Object.values(this.#kills).reduce((sum, one) => sum + one, 0);
  }

  /** Aims: right after an effect's intent is journalled, after its receipt, and a moment after a start. */
  saw(entry: Entry): void {
    const { random } = this.#options;
    this.#grant(entry);
    if (entry.type === 'control-plane.started') this.#soon('control plane', 0.4, random() ** 3 * 1500);
    if (entry.type !== 'effect.intended' && entry.type !== 'effect.done') return;
    if (!aims.test(String(entry.data.step))) return;
    this.#soon('control plane', 0.45, random() * 40);
    this.#soon('supervisor', 0.08, random() * 40);
    this.#soon('router', 0.005, random() * 40);
  }

  start(): void {
    this.#on = true;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#on = false;
  }

  #grant(entry: Entry): void {
    if (!this.#on) return;
    if (entry.type === 'change.proposed') this.#budget += grants.proposed ?? 0;
    if (entry.type === 'stage.finished') this.#budget += grants[String(entry.data.stage)] ?? 0;
  }

  #tick(): void {
    for (const [victim, rate] of Object.entries(perSecond) as [Victim, number][])
      this.#soon(victim, (rate * TICK_MS) / 1000, 0);
  }

  #soon(victim: Victim, chance: number, delayMs: number): void {
    if (this.#options.random() < chance) setTimeout(() => void this.#kill(victim), delayMs);
  }

  async #kill(victim: Victim): Promise<void> {
    if (!this.#on || this.#budget <= 0) return;
    this.#budget -= 1;
    if (victim === 'router') this.#options.onKill(victim);
    if (!(await this.#options.installation.kill(victim))) {
      this.#budget += 1;
      return;
    }
    this.#kills[victim] += 1;
    if (victim !== 'router') this.#options.onKill(victim);
  }
}
